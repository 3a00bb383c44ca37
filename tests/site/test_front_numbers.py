"""The front-end's numbers are the library's: what it decodes, and what it computes of parameters."""

import base64
import importlib
import pkgutil
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from bookkit import explore
from bookkit.explore import replay
from bookkit.explore.explorer import FRONT
from bookkit.explore.play import compute, frame_of
from bookkit.explore.recipe import Field, Frame, Position, Recipe
from bookkit.explore.sheet import sheet
from bookkit.explore.trainings import AXES, CURVE, EPOCHS, PLAIN, record
from bookkit.training import Training

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
globalThis.front = { framesOf, replayOf, numbersOf, readNumbers };
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


def recipes() -> dict[str, Recipe]:
    """Return the recipes of all chapters' explorers, by title."""
    modules = [
        importlib.import_module(f"{explore.__name__}.{module.name}")
        for module in pkgutil.iter_modules(explore.__path__)
        if module.name.startswith("chapter")
    ]
    found = [each for module in modules for each in vars(module).values()]
    return {each.title: each for each in found if isinstance(each, Recipe)}


RECIPES = recipes()


@pytest.mark.parametrize("title", RECIPES)
def test_stored_frames_are_those_that_were_computed(front: Call, title: str) -> None:
    recipe = RECIPES[title]
    every = list(recipe.positions())
    chosen = [every[0], every[-1], *random.Random(0).sample(every, min(20, len(every)))]
    axes = [axis.describe() for axis in recipe.axes]
    found = front("framesOf", text(sheet(recipe)), axes, chosen)
    for position, seen in zip(chosen, found, strict=True):
        frame = recipe.compute(**position)
        assert seen["words"] == frame.words
        assert set(seen["arrays"]) == set(recipe.fields) | set(recipe.constants)
        for name, how in recipe.fields.items():
            packed = seen["arrays"][name]
            assert base64.b64decode(packed["data"]) == how.encode(frame.arrays[name])
            assert packed["shape"] == list(frame.arrays[name].shape)
            numbers = np.float32(frame.arrays[name])
            if how.exact:
                np.testing.assert_array_equal(array(packed), numbers)
            else:
                numbers = numbers.clip(how.low, how.high)
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
