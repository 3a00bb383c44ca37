"""The front-end's numbers are the library's: what it decodes, and what it computes of parameters."""

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import nnfs_lib as nn
from bookkit.explore.chapter6 import RACE
from bookkit.explore.chapter7 import PENALTIES
from bookkit.explore.chapter8 import DROPOUT
from bookkit.explore.chapter9 import REGRESSION
from bookkit.explore.chapter10 import THREE_TASKS
from bookkit.explore.chapter11 import CLASSES, MINIBATCHES, ONCE
from bookkit.explore.chapter12 import Garment, block_of, network_of
from bookkit.explore.explorer import FRONT, Explorer
from bookkit.explore.keep import recipes
from bookkit.explore.lab_convolution import KERNEL, SETS
from bookkit.explore.play import compute
from bookkit.explore.recipe import Axis, Field, Frame, Position, Recipe
from bookkit.explore.sheet import compute as compute_sheet
from bookkit.explore.surfaces import SURFACES
from bookkit.explore.trainings import AXES, block
from bookkit.files import shipped
from bookkit.garments.network import FOLDER, NETWORK
from bookkit.plots import COLORS
from bookkit.training import Training
from nnfs_lib.datasets import _read_labelled

# What of the front-end the tests call, on a page that is empty otherwise.
REACH = """
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
const frames = async (engine, positions, how = {}) => {
  const found = [];
  for (const position of positions) {
    let last; // before it, a long training says how far it is
    for await (const frame of engine.ask(position, { signal: {}, ...how })) last = frame;
    const packed = Object.entries(last.arrays).map(([name, { data, shape, low, high, exact, gaps }]) =>
      [name, { data: textOf(data), shape, low, high, exact: Boolean(exact), gaps: Boolean(gaps) }]);
    found.push({ arrays: Object.fromEntries(packed), words: last.words });
  }
  return found;
};
const framesOf = async ([block, axes, positions]) =>
  frames(await framesEngine(bytesOf(block), axes), positions);
const trainedOf = async ([block, axes, positions]) =>
  frames(await playgroundEngine(bytesOf(block), axes, { time: "epoch" }), positions);
/* What the page computes by itself, though stored frames came along. */
const computedOf = async ([block, axes, options, positions]) =>
  frames(await MADE[options.engine.kind](bytesOf(block), axes, options), positions, { watch: true });
const drawnOf = ([start, kind, count]) => {
  const draw = makeGenerator(start)[kind];
  return Array.from({ length: count }, () => (kind === "bits" ? String(draw()) : draw()));
};
const shuffledOf = ([start, sizes]) => {
  const { permutation } = makeGenerator(start);
  return sizes.map(permutation);
};
const formattedOf = ([numbers]) =>
  numbers.map((x) => [fixed(x, 1), fixed(x, 3), percent(x, 1), significant(x, 2), significant(x, 3)]);
const coursesOf = async ([block, settings, epochs]) => {
  const came = await openSets(bytesOf(block));
  return settings.map((setting) => {
    const { training, train, test } = prepare(setting, came);
    let now = 0;
    return epochs.map((epoch) => {
      for (; now < epoch; now++) training.step();
      const losses = [train, test].map((part) => training.measure(part).loss);
      return { parameters: textOf(training.parameters), losses };
    });
  });
};
const readNumbers = ([spec]) => spec.data.map((_, i) => number(spec, i));
const pictureOf = (bytes, i) => bytes.subarray(784 * i, 784 * (i + 1));
const answersOf = async ([block, pictures]) => {
  const network = readNetwork(await openBlock(bytesOf(block)));
  const bytes = bytesOf(pictures);
  const count = bytes.length / 784;
  const answers = Array.from({ length: count }, (_, i) => [...predict(network, pictureOf(bytes, i))]);
  return textOf(Float64Array.from(answers.flat()));
};
const changedOf = ([picture, changes]) => textOf(change(bytesOf(picture), changes));
const touchedOf = ([picture, x, y, wide, bright]) => {
  const touched = bytesOf(picture);
  touch(touched, x, y, wide, bright);
  return textOf(touched);
};
const weightsOf = async ([block, picture, wide]) =>
  textOf(weighPixels(readNetwork(await openBlock(bytesOf(block))), bytesOf(picture), wide));
const onCanvas = (width, height, use) => {
  const canvas = document.createElement("canvas");
  canvas.style = `width: ${width}px; height: ${height}px`;
  document.body.append(canvas);
  use(makeBrush(canvas, document.body));
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  canvas.remove();
  return textOf(data);
};
const paintedOf = ([bytes, rows, columns, wide, high]) =>
  onCanvas(wide, high, (brush) =>
    paintClasses(brush, bytesOf(bytes), rows, columns, { left: 0, top: 0, width: wide, height: high }));
const graphOf = ([pane, arrays, position, wide, high]) =>
  onCanvas(wide, high, (brush) => drawings.graph(brush, pane, arrays, position));
const classesOf = ([bytes, rows, columns, places]) =>
  places.map(([across, up]) => classAt({ data: bytesOf(bytes), shape: [rows, columns] }, across, up));
globalThis.front = {
  paintedOf, classesOf, graphOf,
  framesOf, trainedOf, computedOf, shuffledOf, formattedOf, drawnOf, coursesOf,
  readNumbers, answersOf, changedOf, touchedOf, weightsOf,
};
"""

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def front(browser: Browser) -> Iterator[Call]:
    """A function that calls one of the front-end's."""
    page = browser.new_page()
    assert FRONT.count("\nexport default { render };") == 1
    reachable = FRONT.replace("\nexport default { render };", REACH)
    page.evaluate(f"() => {{ {reachable} }}")

    def call(name: str, *arguments: Any) -> Any:
        return page.evaluate(f"(given) => front.{name}(given)", list(arguments))

    yield call
    page.close()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def array(packed: dict[str, Any]) -> np.ndarray:
    """Return an array of the front-end's, as the pane that draws it understands it."""
    data = base64.b64decode(packed["data"])
    if packed["exact"]:
        return np.frombuffer(data, dtype="<f4").reshape(packed["shape"])
    field = Field(packed["low"], packed["high"], gaps=packed["gaps"])
    return field.decode(data, tuple(packed["shape"]))


RECIPES = recipes()


def few(axis: Axis) -> Axis:
    """Return the axis with a grid of three values at most: its ends, and where it starts.

    Of epochs the first three, as a training takes long.
    """
    if axis.name == "epoch":
        return replace(axis, values=axis.values[:3], start=axis.values[0])
    some = {axis.values[0], axis.start, axis.values[-1]}
    return replace(axis, values=tuple(each for each in axis.values if each in some))


@pytest.mark.parametrize("title", RECIPES)
def test_frames_arrive_as_they_were_computed(front: Call, title: str) -> None:
    whole = RECIPES[title]
    frames: list[Frame] = []

    def compute(**position: Any) -> Frame:
        arrays, words = whole.compute(**position)
        # A training may go on writing into its history.
        frames.append(Frame({name: arrays[name].copy() for name in arrays}, words))
        return frames[-1]

    # Not the book's frames: those of long trainings differ from processor to processor.
    axes = tuple(few(axis) for axis in whole.axes)
    recipe = replace(whole, axes=axes, compute=compute)
    block = compute_sheet(recipe)
    positions = list(recipe.positions())
    described = [axis.describe() for axis in axes]
    found = front("framesOf", text(block), described, positions)
    for position, frame, seen in zip(positions, frames, found, strict=True):
        assert seen["words"] == frame.words, position
        assert set(seen["arrays"]) == set(recipe.fields) | set(recipe.constants)
        for name, how in recipe.fields.items():
            packed = seen["arrays"][name]
            assert base64.b64decode(packed["data"]) == how.encode(frame.arrays[name])
            assert packed["shape"] == list(frame.arrays[name].shape)
            numbers = np.float32(frame.arrays[name])
            if how.exact:
                np.testing.assert_array_equal(array(packed), numbers)
            else:
                # Where a byte stands for NaN, numbers go one step less far.
                numbers = numbers.clip(how.low, how.high - how.gaps * how.step)
                atol = 0.501 * how.step
                np.testing.assert_allclose(array(packed), numbers, rtol=0, atol=atol)
        for name, constant in recipe.constants.items():
            shown = array(seen["arrays"][name])
            np.testing.assert_array_equal(shown, np.float32(constant))


@pytest.mark.parametrize("how", [Field(-1, 3), Field(-1, 3, gaps=True)], ids=str)
def test_a_byte_is_read_as_it_was_written(front: Call, how: Field) -> None:
    codes = bytes([0, 1, 128, 254, 255])
    seen = front("readNumbers", {**how.describe((5,)), "data": list(codes)})
    np.testing.assert_allclose(seen, how.decode(codes, (5,)), rtol=1e-12)


START = list(map(str, np.random.default_rng(0).bit_generator.state["state"].values()))


def test_the_generator_draws_what_numpy_draws(front: Call) -> None:
    rng = np.random.default_rng(0)
    expected = rng.integers(2**64, size=1000, dtype=np.uint64)
    assert front("drawnOf", START, "bits", 1000) == list(map(str, expected))
    expected = np.random.default_rng(0).uniform(size=1000)
    np.testing.assert_array_equal(front("drawnOf", START, "uniform", 1000), expected)
    # So many that the tails of the ziggurat's lowest layer are among them.
    expected = np.random.default_rng(0).standard_normal(300_000)
    assert np.abs(expected).max() > 4
    found = front("drawnOf", START, "normal", 300_000)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_the_page_shuffles_as_numpy_does(front: Call) -> None:
    """One order after the other: of an odd number of draws, half of 64 bits is left for the next."""
    sizes = [1, 2, 7, 600, 600, 10]
    rng = np.random.default_rng(0)
    expected = [rng.permutation(size).tolist() for size in sizes]
    assert front("shuffledOf", START, sizes) == expected


def test_the_page_writes_numbers_as_python_does(front: Call) -> None:
    numbers = [0.25, 0.75, 1.5e-3, 0.0625, 0.1875, 12.345, 1 / 3, 2.5e-4, 1e-4, 31.4]
    expected = [
        [f"{x:.1f}", f"{x:.3f}", f"{x:.1%}", f"{x:.2g}", f"{x:.3g}"] for x in numbers
    ]
    assert front("formattedOf", numbers) == expected
    [small] = front("formattedOf", [1.7e-6])
    assert small[3:] == ["1.7e\N{MINUS SIGN}6", "1.7e\N{MINUS SIGN}6"]


# Each at a rate that is no gamble: what a difference in the last digit becomes grows with every step.
PLAIN: Position = {
    "data": "circles",
    "noise": 0.0,
    "depth": 1,
    "width": 8,
    "activation": "ReLU",
    "optimizer": "Adam",
    "learning_rate": 0.003,
    "l1": 0.0,
    "l2": 0.0,
    "dropout": 0.0,
}
COURSES: dict[str, Position] = {
    "Adam": {},
    "SGD": {"optimizer": "SGD", "learning_rate": 0.1},
    "momentum": {"optimizer": "SGD with momentum", "learning_rate": 0.03},
    "Adagrad": {"optimizer": "Adagrad", "learning_rate": 0.01},
    "RMSprop": {"optimizer": "RMSprop", "learning_rate": 0.001},
    "L1": {"l1": 0.001},
    "L2": {"l2": 0.001},
    "dropout": {"dropout": 0.1},
    "noise": {"data": "moons", "noise": 0.1, "learning_rate": 0.001},
    "no hidden layer": {"depth": 0},
    "sigmoids": {"activation": "Sigmoid"},
    "deep": {"data": "spiral 3", "depth": 3, "optimizer": "SGD", "learning_rate": 0.1},
    "a sine": {"data": "sine", "depth": 2},
    "a line": {"data": "sine", "depth": 0, "optimizer": "SGD", "learning_rate": 0.1},
    "everything": {
        "data": "xor",
        "depth": 3,
        "width": 5,
        "dropout": 0.3,
        "l1": 0.001,
        "l2": 0.01,
        "noise": 0.05,
    },
}
EPOCHS = (0, 1, 10, 200)


def test_the_page_trains_as_the_library_does(front: Call) -> None:
    """Same first weights, same masks, same steps: to 1e-5 after 200 of them."""
    settings = [PLAIN | setting for setting in COURSES.values()]
    courses = front("coursesOf", text(block()), settings, list(EPOCHS))
    for name, setting, course in zip(COURSES, settings, courses, strict=True):
        training = Training(**setting)
        for epoch, seen in zip(EPOCHS, course, strict=True):
            training.advance(epoch - training.epoch)
            names = [
                (layer, name)
                for layer in training.layers
                for name in layer.parameter_names
            ]
            every = [getattr(layer, name).ravel() for layer, name in names]
            expected = np.concatenate(every)
            data = base64.b64decode(seen["parameters"])
            found = np.frombuffer(data, dtype="<f4")
            if not epoch:
                np.testing.assert_array_equal(found, expected, name)
            apart = np.abs(found - expected).max() / np.abs(expected).max()
            assert apart <= 1e-5, (name, epoch)
            measured = training.measure()
            losses = [measured["loss"], measured["test_loss"]]
            assert seen["losses"] == pytest.approx(losses, rel=1e-5), (name, epoch)


SETTINGS: dict[str, Position] = {
    "no hidden layer": {"data": "moons", "depth": 0},
    "two layers of ReLU": {"data": "spiral 3", "depth": 2, "width": 12},
    "four layers of ReLU": {"data": "xor", "depth": 4},
    "sigmoids": {"data": "spiral 2", "depth": 3, "activation": "Sigmoid"},
    "a line": {"data": "sine", "depth": 0},
    "a sine": {"data": "sine", "depth": 2, "noise": 0.05},
    "no number": {"data": "sine", "optimizer": "SGD", "learning_rate": 1e4},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_page_shows_what_the_library_shows(front: Call, name: str) -> None:
    axes = [axis.describe() for axis in AXES]
    positions = [PLAIN | SETTINGS[name] | {"epoch": epoch} for epoch in (0, 40, 120)]
    found = front("trainedOf", text(block()), axes, positions)
    for position, seen in zip(positions, found, strict=True):
        frame = compute(**position)
        shown = {key: array(packed) for key, packed in seen["arrays"].items()}
        assert set(shown) == set(frame.arrays)
        assert_same_words(seen["words"], frame.words)
        broken = "no number" in frame.words
        assert broken == (name == "no number" and position["epoch"] > 0)
        if broken:
            continue  # infinite here, none at all there
        for key in ("points", "history", "weights"):
            expected = np.float32(frame.arrays[key])
            np.testing.assert_allclose(shown[key], expected, rtol=1e-4, atol=1e-5)
        if position["depth"]:
            assert shown["neurons"].shape == frame.arrays["neurons"].shape
            apart = np.abs(shown["neurons"] - frame.arrays["neurons"])
            assert apart.max() <= 2
            assert (apart == 0).mean() > 0.99
        if "map" in shown:
            assert_same_map(shown["map"], frame.arrays["map"])
        else:
            expected = np.float32(frame.arrays["fit"])
            np.testing.assert_allclose(shown["fit"], expected, rtol=1e-3, atol=1e-3)


# What a page computes by itself, between the grid's values and on it: so early that what a difference in the
# last digit becomes is still small.
COMPUTED: dict[str, tuple[Recipe, list[Position]]] = {
    "race": (
        RACE,
        [
            {"surface": name, "rate": 0.15, "momentum": 0.8, "decay": 0.02, "step": 40}
            | {"turn": turn}
            for name in SURFACES
            for turn in (0, 22.5, 75)
        ]
        + [
            {"across": 0.32, "up": -0.4, "step": 7},
            {"surface": "spiral", "rate": 0.03, "across": 0.1, "up": 1.0, "step": 12},
            {"surface": "ravine", "rate": 1.0, "step": 3},
        ],
    ),
    "penalties": (
        PENALTIES,
        [
            {"epoch": 0},
            {"l2": 0.00178, "epoch": 25},
            {"l1": 0.000178, "l2": 1e-4, "epoch": 25},
            {"epoch": 50},
        ],
    ),
    "dropout": (
        DROPOUT,
        [{"epoch": 0}, {"rate": 0.25, "width": 24, "epoch": 50}, {"epoch": 100}],
    ),
    "regression": (
        REGRESSION,
        [
            {"start": "normal(0.3)", "seed": 3, "epoch": 100},
            {"start": "Glorot", "rate": 0.00178, "epoch": 50},
            {"start": "He", "seed": 9, "epoch": 0},
        ],
    ),
    "tasks": (
        THREE_TASKS,
        [{"epoch": 0}, {"width": 12, "rate": 0.00562, "epoch": 50}, {"epoch": 20}],
    ),
    "minibatches": (
        MINIBATCHES,
        [
            {"epoch": 0},
            {"batch_size": 40, "epoch": 3},
            {"batch_size": 599, "order": ONCE, "epoch": 9},
            {"batch_size": 100, "order": CLASSES, "epoch": 4},
            {"batch_size": 600, "epoch": 15},
        ],
    ),
    "kernel": (
        KERNEL,
        [
            {},
            {"garment": "Bag", "w00": 2.0, "w12": -0.75, "padding": 1},
            {"garment": "Sandal", **SETS["Blur"], "stride": 2},
            {"w01": 0.25, "w22": 1.75, "stride": 2, "padding": 1},
        ],
    ),
}


@pytest.mark.parametrize("kind", COMPUTED)
def test_the_page_computes_what_the_library_computes(front: Call, kind: str) -> None:
    recipe, changes = COMPUTED[kind]
    explorer = Explorer(recipe)
    assert explorer.options["engine"]["kind"] == kind
    positions = [recipe.check(change) for change in changes]
    axes = [axis.describe() for axis in recipe.axes]
    sent = text(explorer.sheet), axes, explorer.options, positions
    for position, seen in zip(positions, front("computedOf", *sent), strict=True):
        frame = recipe.compute(**position)
        assert_same_words(seen["words"], frame.words)
        assert set(seen["arrays"]) == {*frame.arrays, *recipe.constants}
        for name, expected in frame.arrays.items():
            shown = array(seen["arrays"][name])
            if np.squeeze(expected).ndim == 2 and expected.shape[0] == 40:
                assert_same_map(shown, expected, step=5)
                continue
            if name not in recipe.fields:  # a surface that is turned, in bands
                assert (shown != expected).mean() < 0.01
                continue
            how = recipe.fields[name]
            low, high = (-np.inf, np.inf) if how.exact else (how.low, how.high)
            near = 2e-3 if seen["arrays"][name]["exact"] else 0.51 * how.step
            clipped = np.clip(np.asarray(expected, dtype=float), low, high)
            assert shown.shape == clipped.shape
            np.testing.assert_array_equal(np.isnan(shown), np.isnan(clipped), name)
            np.testing.assert_allclose(
                np.clip(shown, low, high), clipped, rtol=2e-3, atol=near, err_msg=name
            )


def assert_same_words(page: str, library: str) -> None:
    """Compare the words, and the numbers to the last digit but one: it may be rounded otherwise."""
    number = re.compile(r"\d+\.\d+")
    assert number.sub("", page) == number.sub("", library)
    found = [float(each) for each in number.findall(page)]
    expected = [float(each) for each in number.findall(library)]
    assert found == pytest.approx(expected, abs=0.0011, rel=0.01)


def assert_same_map(page: np.ndarray, library: np.ndarray, step: int = 1) -> None:
    """Compare bytes: 32 for each class and up to 31 for certainty; at a border another rounding may win."""
    differ = page != library
    assert differ.mean() <= 0.005
    apart = np.abs(page[differ] % 32 - library[differ] % 32)
    assert (apart <= step).all()
    assert ((page[differ] == 255) == (library[differ] == 255)).all()


NO_ANSWER = 7


def random_map() -> np.ndarray:
    """Return bytes of three classes in all degrees of certainty, of none, and some without an answer."""
    rng = np.random.default_rng(0)
    codes = 32 * rng.integers(3, size=(8, 6)) + rng.integers(32, size=(8, 6))
    codes[5:, :2] = 32  # a corner in which nobody is certain
    codes[rng.random(codes.shape) < 0.1] = 255
    return codes.astype(np.uint8)


def painted(front: Call, codes: np.ndarray, wide: int, high: int) -> np.ndarray:
    """Return the pixels of a map on a canvas, the lowest line first, (high, wide, 3)."""
    data = front("paintedOf", text(codes.tobytes()), *codes.shape, wide, high)
    pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(high, wide, 4)
    assert (pixels[..., 3] == 255).all()
    return pixels[::-1, :, :3].astype(int)


def colors(classes: np.ndarray, certainty: np.ndarray) -> np.ndarray:
    """Return how classes look on white paper, 31 being all of certainty, (..., 3)."""
    inks = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in COLORS[:3]])
    weight = np.where(classes == NO_ANSWER, 0, 0.08 + 0.5 * certainty / 31)[..., None]
    return weight * inks[np.where(classes == NO_ANSWER, 0, classes)] + 255 * (
        1 - weight
    )


def weights_between(pixels: int, cells: int) -> np.ndarray:
    """Return what each cell counts at each pixel, along one axis, (pixels, cells)."""
    places = (np.arange(pixels) + 0.5) / pixels * cells - 0.5
    return np.array(
        [np.interp(places, np.arange(cells), unit) for unit in np.eye(cells)]
    ).T


def test_borders_of_classes_are_where_their_certainties_are_equal(front: Call) -> None:
    codes = random_map()
    rows, columns = codes.shape
    size = (13 * columns, 9 * rows)  # a pixel in the middle of each cell
    found = painted(front, codes, *size)
    middles = found[4::9, 6::13]
    assert np.abs(middles - colors(codes // 32, codes % 32)).max() <= 1
    # The same in matrices: a field for each class, and half a step for those who are not certain.
    across, up = weights_between(size[0], columns), weights_between(size[1], rows)
    classes = np.array([0, 1, 2, NO_ANSWER])
    fields = np.stack(
        [
            up @ np.where(codes // 32 == k, codes % 32 + 0.5, 0) @ across.T
            for k in classes
        ]
    )
    best = classes[fields.argmax(axis=0)]
    second, first = np.sort(fields, axis=0)[-2:]
    clear = first - second > 1e-9
    expected = colors(best, np.maximum(first - second - 0.5, 0))
    assert np.abs(found - expected)[clear].max() <= 2
    # A pointer reads what is painted.
    i, j = np.nonzero(clear)
    places = np.column_stack([(j + 0.5) / size[0], (i + 0.5) / size[1]])
    read = front("classesOf", text(codes.tobytes()), *codes.shape, places.tolist())
    np.testing.assert_array_equal(read, best[clear])


def test_a_border_lies_nearer_to_who_is_less_certain(front: Call) -> None:
    one, other = 31, 32 + 10
    codes = np.array([[one, other], [one, other]], dtype=np.uint8)
    line = painted(front, codes, 2000, 4)[1]
    blue = (line[:, 2] > line[:, 0]).sum()
    # Between the middles, at 500 and 1500: (31 + 1/2) (1 - share) = (10 + 1/2) share
    assert blue == 500 + 750
    sharp = line[blue - 1 : blue + 1]
    assert np.abs(sharp - colors(np.array([0, 1]), np.zeros(2))).max() <= 1


# What an edge between two nodes shows: states of the numbers, then of the gradients, of the upper node, the
# lower one, and the weight between them.
FLOWS = {
    "nothing yet": ([1, 0, 1], [0, 0, 0], {}),
    "a number is computed": ([2, 3, 2], [0, 0, 0], {0: "strong"}),
    "a number has passed": ([1, 1, 1], [0, 0, 0], {0: "pale"}),
    "a gradient of the weight": ([2, 1, 1], [0, 2, 3], {1: "strong"}),
    "a gradient passes the weight": ([1, 1, 2], [3, 2, 1], {1: "strong"}),
    "a gradient has passed": ([1, 1, 1], [1, 1, 1], {1: "pale"}),
}
UPPER, LOWER = 0.2, 0.85


def graph_of(front: Call, pane: dict[str, Any], states: list[int]) -> np.ndarray:
    """Return the pixels of a graph that stands upright on 300 x 300 pixels."""
    count = len(states) // 2
    numbers = {"data": [0.5] * count, "shape": [count], "exact": True}
    walk = {"data": states, "shape": [1, 2 * count], "exact": True}
    arrays = {"numbers": numbers, "gradients": numbers, "walk": walk}
    nodes = [{"label": "", "x": 0.5, "y": y} for y in (UPPER, LOWER)]
    whole = {"field": "numbers", "gradients": "gradients", "walk": "walk", "rows": []}
    whole |= {"nodes": nodes, "edges": [], "links": [], **pane}
    data = front("graphOf", whole, arrays, {"step": 0}, 300, 300)
    pixels = np.frombuffer(base64.b64decode(data), np.uint8).reshape(300, 300, 4)
    return pixels.astype(int)


def inks_of(pixels: np.ndarray) -> dict[int, str]:
    """Return which of the two colors are there, and how strong each is."""
    found = {}
    for way, color in enumerate(COLORS[:2]):
        ink = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        near = np.abs(pixels[..., :3] - ink).max(axis=-1) <= 4
        if near.any():
            found[way] = "strong" if pixels[near, 3].max() == 255 else "pale"
    return found


@pytest.mark.parametrize("name", FLOWS)
def test_a_graph_says_which_way_a_number_goes(front: Call, name: str) -> None:
    numbers, gradients, expected = FLOWS[name]
    pane = {"step": "step", "edges": [{"from": 0, "to": 1}]}
    pixels = graph_of(front, pane, [*numbers, *gradients])
    line = pixels[112:150, 140:160]  # between the upper box and the weight's number
    assert inks_of(line) == expected
    # And without colors: what goes back is dashed.
    covered = (line[..., 3] > 60).any(axis=1)
    assert covered.all() == (1 not in expected)


def test_both_ways_at_once_run_side_by_side(front: Call) -> None:
    pixels = graph_of(front, {"links": [[0, 1]]}, [2, 2, 2, 0])
    assert inks_of(pixels[112:150, 140:160]) == {0: "strong", 1: "strong"}
    dropped = graph_of(front, {"links": [[0, 1]]}, [1, 1, 1, 1])
    assert inks_of(dropped[112:150]) == {}


BOOKS = nn.Model.load(FOLDER / NETWORK)
PICTURES = _read_labelled(shipped("garments"), "t10k")[0]
STILL = {
    **{"turn": 0, "right": 0, "down": 0},
    **{"light": 100, "noise": 0, "invert": False, "square": None},
}


def real_pictures() -> np.ndarray:
    if "NNFS_DATA" not in os.environ:
        pytest.skip("NNFS_DATA names no folder with Fashion-MNIST in it.")
    return nn.load_fashion_mnist()[2][:1000]


def drawn_pictures() -> np.ndarray:
    return np.concatenate(
        [PICTURES, _read_labelled(shipped("garments"), "train")[0][:500]]
    )


def own_network() -> nn.Model:
    """A small network of many kinds of layers, whose weights are no half-precision numbers."""
    rng = np.random.default_rng(2)
    layers: list[nn.Layer] = [nn.Rescaling(1 / 128, -1), nn.Flatten(), nn.Rescaling(2)]
    for sizes in ((784, 9), (9, 8), (8, 3)):
        layers += [nn.Dense(*sizes, initializer=nn.he_normal, rng=rng)]
        layers[-1].biases[:] = rng.normal(size=(1, sizes[1]))
        layers += [nn.Dropout(0.3), nn.ReLU()] if sizes == (9, 8) else []
    return nn.Model([*layers, nn.Softmax()])


@pytest.mark.parametrize("model", [BOOKS, own_network()], ids=["book", "own"])
@pytest.mark.parametrize("pictures", [drawn_pictures, real_pictures])
def test_the_page_says_of_a_picture_what_the_library_says(
    front: Call, model: nn.Model, pictures: Callable[[], np.ndarray]
) -> None:
    given = pictures()
    assert given.shape == (1000, 28, 28)
    block = block_of(network_of(model), given[:1], names=[], labels=[])
    data = base64.b64decode(front("answersOf", text(block), text(given.tobytes())))
    found, wanted = np.frombuffer(data).reshape(1000, -1), model.predict(given)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)
    np.testing.assert_array_equal(found.argmax(axis=1), wanted.argmax(axis=1))


def test_the_book_shows_its_own_network(front: Call) -> None:
    data = front("answersOf", text(Garment().network), text(PICTURES.tobytes()))
    found = np.frombuffer(base64.b64decode(data)).reshape(len(PICTURES), 10)
    np.testing.assert_allclose(found, BOOKS.predict(PICTURES), rtol=0, atol=1e-4)


def changed(front: Call, picture: np.ndarray, **changes: Any) -> np.ndarray:
    """Return the picture as the front-end changes it, as whole numbers."""
    data = front("changedOf", text(picture.tobytes()), {**STILL, **changes})
    found = np.frombuffer(base64.b64decode(data), dtype=np.uint8)
    return found.reshape(28, 28).astype(int)


def test_pictures_turn_clockwise_and_move_right_and_down(front: Call) -> None:
    for picture in PICTURES[:5]:
        np.testing.assert_array_equal(changed(front, picture), picture)
        for times in (1, 2, -1):
            found = changed(front, picture, turn=90 * times)
            np.testing.assert_array_equal(found, np.rot90(picture, -times))
        wanted = np.zeros((28, 28))
        wanted[:-4, 3:] = picture[4:, :-3]
        np.testing.assert_array_equal(changed(front, picture, right=3, down=-4), wanted)
        # Between two pixels lies their mean; the front-end moves what it has turned.
        wide = np.pad(picture.astype(int), ((0, 0), (1, 0)))
        means = (wide[:, 1:] + wide[:, :-1]) / 2
        assert np.abs(changed(front, picture, right=0.5) - means).max() <= 0.5
        found = changed(front, picture, turn=90, right=2)
        np.testing.assert_array_equal(found[:, 2:], np.rot90(picture, -1)[:, :-2])


def test_a_turn_by_any_angle_keeps_the_middle_and_what_is_round(front: Call) -> None:
    row, column = np.mgrid[:28, :28] - 13.5
    hill = 255 * np.exp(-(row**2 + column**2) / 50)
    for turn in (-170, -35, 5, 60):
        found = changed(front, np.rint(hill).astype(np.uint8), turn=turn)
        assert np.abs(found - hill).max() <= 5
    spot = np.zeros((28, 28), dtype=np.uint8)
    spot[6, 13:15] = 255  # above the middle by 7.5
    for turn in (30, 45, 120):
        found = changed(front, spot, turn=turn)
        place = [(axis * found).sum() / found.sum() for axis in (row, column)]
        angle = np.deg2rad(turn)
        wanted = [-7.5 * np.cos(angle), 7.5 * np.sin(angle)]
        np.testing.assert_allclose(place, wanted, atol=0.2)


def test_light_inversion_noise_and_the_square(front: Call) -> None:
    picture = PICTURES[0]
    np.testing.assert_array_equal(changed(front, picture, invert=True), 255 - picture)
    for light in (0, 45, 200):
        wanted = np.minimum(255, picture * (light / 100))
        assert np.abs(changed(front, picture, light=light) - wanted).max() <= 0.5
    gray = np.full((28, 28), 128, dtype=np.uint8)
    noise = changed(front, gray, noise=10) - 128
    assert abs(noise.mean()) < 2
    assert noise.std() == pytest.approx(25.5, rel=0.1)
    np.testing.assert_array_equal(changed(front, gray, noise=10) - 128, noise)
    for square, rows, columns in (
        ({"x": 10, "y": 20, "wide": 5}, slice(18, 23), slice(8, 13)),
        ({"x": 10, "y": 20, "wide": 1}, slice(20, 21), slice(10, 11)),
        ({"x": 0, "y": 27, "wide": 4}, slice(25, 28), slice(0, 2)),
    ):
        wanted = gray.copy()
        wanted[rows, columns] = 0
        np.testing.assert_array_equal(changed(front, gray, square=square), wanted)


def test_the_pen_and_the_eraser_touch_a_round_spot(front: Call) -> None:
    row, column = np.mgrid[:28, :28]
    far = np.hypot(column - 9.5, row - 4)
    for bright, before, after in ((True, 40, 255), (False, 215, 0)):
        gray = np.full((28, 28), before, dtype=np.uint8)
        data = front("touchedOf", text(gray.tobytes()), 9.5, 4, 6, bright)
        found = np.frombuffer(base64.b64decode(data), np.uint8).reshape(28, 28)
        assert (found[far <= 2.5] == after).all()
        assert (found[far >= 3.5] == before).all()


@pytest.mark.parametrize("model", [BOOKS, own_network()], ids=["book", "own"])
def test_what_counts_is_what_hiding_it_does(front: Call, model: nn.Model) -> None:
    block = block_of(network_of(model), PICTURES[:1], names=[], labels=[])
    for picture in PICTURES[1:4]:
        data = front("weightsOf", text(block), text(picture.tobytes()), 5)
        found = np.frombuffer(base64.b64decode(data), dtype="<f4").reshape(28, 28)
        pictures = np.array([hidden(picture, *place) for place in np.ndindex(28, 28)])
        answers = model.predict(np.array([picture, *pictures])).astype(float)
        winner = answers[0].argmax()
        others = np.delete(answers, winner, axis=1).sum(axis=1)
        odds = np.log(answers[:, winner] / others)
        np.testing.assert_allclose(
            found.ravel(), odds[0] - odds[1:], atol=0.01, rtol=0.01
        )


def hidden(picture: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the picture with a black square of 5 pixels around a place."""
    covered = picture.copy()
    covered[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = 0
    return covered
