"""The front-end's numbers are the library's: what it decodes, and what it computes of parameters."""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import nnfs_lib as nn
from bookkit.explore import replay
from bookkit.explore.chapter12 import Garment, block_of, network_of
from bookkit.explore.explorer import FRONT
from bookkit.explore.keep import recipes
from bookkit.explore.play import compute, frame_of
from bookkit.explore.recipe import Axis, Field, Frame, Position
from bookkit.explore.sheet import compute as compute_sheet
from bookkit.explore.trainings import AXES, CURVE, EPOCHS, PLAIN, record
from bookkit.files import shipped
from bookkit.garments.network import FOLDER, NETWORK
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
const frames = async (engine, positions) => {
  const found = [];
  for (const position of positions) {
    for await (const { arrays, words } of engine.ask(position, {})) {
      const packed = Object.entries(arrays).map(([name, { data, shape, low, high, exact, gaps }]) =>
        [name, { data: textOf(data), shape, low, high, exact: Boolean(exact), gaps: Boolean(gaps) }]);
      found.push({ arrays: Object.fromEntries(packed), words });
    }
  }
  return found;
};
const framesOf = async ([block, axes, positions]) =>
  frames(await framesEngine(bytesOf(block), axes), positions);
const replayOf = async ([block, axes, positions]) =>
  frames(await replayEngine(bytesOf(block), axes, { time: "epoch", replays: "playground" }, {}), positions);
const numbersOf = ([low, high, frames, size]) => textOf(readCodes(bytesOf(low), bytesOf(high), frames, size));
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
globalThis.front = {
  framesOf, replayOf, numbersOf, readNumbers, answersOf, changedOf, touchedOf, weightsOf,
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


def test_kept_numbers_are_decoded_exactly(front: Call) -> None:
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal((7, 500)) * 10.0 ** rng.integers(-9, 5, size=(7, 500))
    numbers[:, :6] = [0, -0.0, np.inf, -np.inf, np.nan, 65000]
    numbers[3:5, 6:12] = np.nan
    numbers[:, 12:14] = [6e-8, -6e-5]
    codes = replay.encode(numbers)
    packed = front("numbersOf", text(codes.low), text(codes.high), *numbers.shape)
    found = np.frombuffer(base64.b64decode(packed), dtype="<f4").reshape(numbers.shape)
    np.testing.assert_array_equal(found, replay.decode(codes, len(numbers)))
    usual = np.abs(np.nan_to_num(numbers, posinf=0)) > 1e-4
    close = np.isclose(found, numbers, rtol=2**-9) | ~usual | (np.abs(numbers) > 59000)
    assert close.all()


SETTINGS: dict[str, Position] = {
    "no hidden layer": {"data": "moons", "depth": 0},
    "two layers of ReLU": {"data": "spiral 3", "depth": 2, "width": 12},
    "four layers of ReLU": {"data": "xor", "depth": 4},
    "a sigmoid": {"data": "spiral 2", "depth": 1, "activation": "Sigmoid"},
    "sigmoids": {"data": "spiral 3", "depth": 3, "activation": "Sigmoid"},
    "a line": {"data": "sine", "depth": 0},
    "a sine": {"data": "sine", "depth": 2, "learning_rate": 0.003},
    "a sine of sigmoids": {"data": "sine", "depth": 2, "activation": "Sigmoid"},
    "no number": {"data": "sine", "depth": 4, "optimizer": "SGD", "learning_rate": 1.0},
    "no answer": {"data": "xor", "depth": 1},  # its last bias is made NaN
}
SOME_EPOCHS = (0, 50, 300)


@pytest.fixture(scope="module")
def kept() -> tuple[bytes, list[replay.Run], list[Position]]:
    """A few trainings as a block, as runs, and as settings."""
    settings = [{**PLAIN, "width": 8, **setting} for setting in SETTINGS.values()]
    points: dict[str, np.ndarray] = {}
    runs = [record(setting, points) for setting in settings]
    runs[-1].parameters[:, -1] = np.nan
    header = {
        "epochs": EPOCHS,
        "curve": CURVE,
        "chunks": {"few": [list(setting.values()) for setting in settings]},
    }
    return replay.block_of(runs, points, **header), runs, settings


def at_epoch(setting: Position, run: replay.Run, epoch: int) -> Frame:
    """Return the library's frame of the parameters that were kept of an epoch."""
    network = Training(**setting)  # type: ignore[arg-type]
    numbers = replay.decode(replay.encode(run.parameters), len(run.parameters))
    left = numbers[EPOCHS.index(epoch)]
    for layer in network.layers:
        for name in layer.parameter_names:
            parameter = getattr(layer, name)
            parameter[...] = left[: parameter.size].reshape(parameter.shape)
            left = left[parameter.size :]
    assert not left.size
    losses = replay.decode(replay.encode(run.curve), len(run.curve))
    looks = np.column_stack([CURVE, losses])
    return frame_of(network, looks[looks[:, 0] <= epoch])


@pytest.mark.parametrize("place", range(len(SETTINGS)), ids=list(SETTINGS))
def test_the_pages_forward_pass_is_the_librarys(
    front: Call, kept: tuple[bytes, list[replay.Run], list[Position]], place: int
) -> None:
    block, runs, settings = kept
    axes = [axis.describe() for axis in AXES]
    positions = [{**settings[place], "epoch": epoch} for epoch in SOME_EPOCHS]
    found = front("replayOf", text(block), axes, positions)
    for epoch, seen in zip(SOME_EPOCHS, found, strict=True):
        frame = at_epoch(settings[place], runs[place], epoch)
        shown = {name: array(packed) for name, packed in seen["arrays"].items()}
        assert set(shown) == set(frame.arrays)
        assert seen["words"] == runs[place].words[EPOCHS.index(epoch)]
        np.testing.assert_array_equal(shown["points"], frame.arrays["points"])
        np.testing.assert_allclose(shown["history"], frame.arrays["history"], rtol=1e-6)
        assert shown["neurons"].shape in (frame.arrays["neurons"].shape, (0, 8, 20, 20))
        if shown["neurons"].size:
            apart = np.abs(shown["neurons"] - frame.arrays["neurons"])
            assert apart.max() <= 2
            assert (apart == 0).mean() > 0.99
        if "map" in shown:
            assert_same_map(shown["map"], frame.arrays["map"])
        else:
            np.testing.assert_allclose(shown["fit"], frame.arrays["fit"], atol=1e-3)


def assert_same_map(page: np.ndarray, library: np.ndarray) -> None:
    """Compare bytes: 32 for each class and up to 31 for certainty; at a border another rounding may win."""
    differ = page != library
    assert differ.mean() <= 0.005
    apart = np.abs(page[differ] % 32 - library[differ] % 32)
    assert (apart <= 1).all()
    assert ((page[differ] == 255) == (library[differ] == 255)).all()


def test_some_of_the_settings_break(
    kept: tuple[bytes, list[replay.Run], list[Position]],
) -> None:
    _, runs, settings = kept
    broken = [
        name
        for name, run in zip(SETTINGS, runs, strict=True)
        if np.isnan(run.parameters[-1]).any()
    ]
    assert broken == ["no number", "no answer"]
    assert set(np.unique(at_epoch(settings[-1], runs[-1], 300).arrays["map"])) == {255}


@pytest.mark.parametrize("place", [1, 4, 6])
def test_what_is_kept_is_close_to_the_training_itself(
    kept: tuple[bytes, list[replay.Run], list[Position]], place: int
) -> None:
    _, runs, settings = kept
    rounded = at_epoch(settings[place], runs[place], 300)
    exact = compute(**settings[place], epoch=300)
    assert rounded.words != ""
    if "fit" in exact.arrays:
        np.testing.assert_allclose(
            rounded.arrays["fit"], exact.arrays["fit"], atol=0.02
        )
    else:
        classes = [frame.arrays["map"] // 32 for frame in (rounded, exact)]
        assert (classes[0] == classes[1]).mean() > 0.99
    np.testing.assert_allclose(
        rounded.arrays["history"][-1], exact.arrays["history"][-1], rtol=2**-9
    )


# The explorer of chapter 12: a network that takes pictures.

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
