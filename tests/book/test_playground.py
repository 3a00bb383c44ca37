"""The playground: what it replays was trained, and what a kernel shows is trained on the spot."""

import asyncio
import base64
import functools
import json
import math
import re
from dataclasses import dataclass

import nbformat
import numpy as np
import pytest
from explorer_blocks import (
    PLAYGROUND,
    agree,
    cut,
    module,
    numbers_in,
    numbers_of,
    open_block,
    plain,
    widgets,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from notebook_cells import ROOT

import nnfs_lib as nn
from bookkit.__main__ import main
from bookkit.explore import replay, sheet
from bookkit.toys import TOYS, toy_data
from bookkit.training import OPTIMIZERS, Training

playground = module("play")
program = module("program")
trainings = module("trainings")
CHUNKS, RECIPE = trainings.CHUNKS, playground.RECIPE
SCRIPTS = ROOT / "assets/playground"
# Half precision without its last bit: of a number's share, and below the smallest normal number.
SHARE, LEAST = 2.0**-11 + 1.001 * 2.0**-10, 1.5 * 2.0**-24

every_chunk = pytest.mark.parametrize("chunk", CHUNKS, ids=lambda chunk: chunk.name)


def replayed(low: bytes, high: bytes, frames: int) -> np.ndarray:
    """Return the (frames, numbers) of low and high bytes, as the format says."""
    pairs = zip(low, high, strict=True)
    steps = [
        (z // 2 if z % 2 == 0 else -(z + 1) // 2)
        for z in (a + 256 * b for a, b in pairs)
    ]
    codes = np.array(steps, dtype=int).reshape(frames, -1).cumsum(axis=0)
    bits = np.abs(codes) * 2 + 0x8000 * (codes < 0)
    halves = np.array(bits, dtype="<u2").view("<f2").astype(float)
    return np.where(np.abs(halves) > 65000, np.nan, halves)


@dataclass
class Replay:
    """One training as the page knows it."""

    setting: dict
    parameters: np.ndarray
    curve: np.ndarray
    words: list
    points: np.ndarray


def open_replays(block: bytes) -> tuple[dict, list[Replay]]:
    """Return a chunk's header and its trainings."""
    header, data = open_block(block)
    runs, points = header["runs"], header["points"]
    frames, looks = len(header["epochs"]), len(header["curve"])
    sizes = [4 * math.prod(how["shape"]) for how in points.values()]
    sizes += [frames * run["size"] for run in runs] * 2 + [looks * 2 for _ in runs] * 2
    pieces = list(cut(data, sizes))
    sets = {
        name: numbers_of(piece, how, 1)[0]
        for (name, how), piece in zip(
            points.items(), pieces[: len(points)], strict=True
        )
    }
    kinds = np.array_split(np.arange(len(points), len(pieces)), 4)
    found = []
    for run, places in zip(runs, zip(*kinds, strict=True), strict=True):
        low, high, curve_low, curve_high = (pieces[place] for place in places)
        found.append(
            Replay(
                dict(zip(trainings.SETTINGS, run["setting"], strict=True)),
                replayed(low, high, frames),
                replayed(curve_low, curve_high, looks),
                run["words"],
                sets[run["points"]],
            )
        )
    return header, found


def scripted(text: str) -> tuple[str, bytes]:
    """Return the name and the block that a script hands to the page."""
    name, block = re.fullmatch(r'explorerChunk\("(.*?)", "(.*?)"\);\n', text).groups()
    return name, base64.b64decode(block, validate=True)


@functools.cache
def shipped(name: str) -> tuple[dict, list[Replay]]:
    """Return what the website has of a chunk."""
    if name == CHUNKS[0].name:
        return open_replays(widgets(PLAYGROUND)["The playground"].block)
    text = (SCRIPTS / f"{name}.js").read_text(encoding="ascii")
    address, block = scripted(text)
    assert address == f"playground/{name}"
    return open_replays(block)


def network(setting: dict, row: np.ndarray) -> Training:
    """Return the network with these parameters: layer by layer the weights by rows, then the biases."""
    made, taken = Training(**setting), 0
    for layer in made.layers:
        for name in layer.parameter_names:
            part = getattr(layer, name)
            part.flat = row[taken : taken + part.size]
            taken += part.size
    assert taken == len(row)
    return made


def parameters(training: Training) -> np.ndarray:
    dense = [layer for layer in training.layers if layer.parameter_names]
    parts = [part.ravel() for layer in dense for part in (layer.weights, layer.biases)]
    return np.concatenate(parts)


class TestTheFormat:
    @given(
        st.sampled_from([np.float32, np.float64]).flatmap(
            lambda kind: arrays(kind, st.tuples(st.integers(1, 4), st.integers(1, 5)))
        )
    )
    def test_what_comes_back(self, numbers):
        codes = replay.encode(numbers)
        assert len(codes.low) == len(codes.high) == numbers.size
        back = replay.decode(codes, len(numbers))
        np.testing.assert_array_equal(back, replayed(*codes, len(numbers)))
        assert back.shape == numbers.shape
        assert back.dtype == np.float32
        np.testing.assert_array_equal(np.isnan(back), np.isnan(numbers))
        expected = np.clip(np.nan_to_num(numbers.astype(float)), -60000, 60000)
        off = np.abs(np.nan_to_num(back) - expected)
        assert (off <= np.maximum(SHARE * np.abs(expected), LEAST)).all()

    def test_numbers_that_half_precision_cannot_have(self):
        numbers = [np.nan, np.inf, -np.inf, 1e30, -65504, 65504, 1e-9, -0.0]
        back = replay.decode(replay.encode(np.array([numbers])), 1)[0]
        assert np.isnan(back[0])
        assert back[1:6].tolist() == [60032, -60032, 60032, -60032, 60032]
        assert back[6:].tolist() == [0, 0]

    def test_bytes_by_hand(self):
        # 1 is 0x3c00, without its last bit 0x1e00; a step down is one less than twice as much.
        codes = replay.encode(np.array([[1.0], [-1.0], [-1.0], [1.0]]))
        assert codes.low == bytes([0x00, 0xFF, 0x00, 0x00])
        assert codes.high == bytes([0x3C, 0x77, 0x00, 0x78])
        # NaN is the largest number of all: 0x7bff, without its last bit 0x3dff.
        assert replay.encode(np.array([[np.nan]])) == (b"\xfe", b"\x7b")


class TestWhatIsShipped:
    def test_a_script_for_each_chunk_but_the_first(self):
        names = {path.name for path in SCRIPTS.iterdir()}
        assert names == {f"{chunk.name}.js" for chunk in CHUNKS[1:]}

    def test_altogether_it_is_small(self):
        scripts = sum(path.stat().st_size for path in SCRIPTS.iterdir())
        widget = len(json.dumps(widgets(PLAYGROUND)["The playground"].entry))
        assert scripts + widget <= 700 * 1024

    @every_chunk
    def test_its_settings_are_those_of_the_chunk(self, chunk):
        header, runs = shipped(chunk.name)
        assert [run.setting for run in runs] == list(chunk.settings)
        assert header["epochs"] == list(trainings.EPOCHS)
        assert header["curve"] == list(trainings.CURVE)
        assert ("chunks" in header) == (chunk is CHUNKS[0])

    def test_the_first_chunk_says_what_the_others_hold(self):
        told = shipped(CHUNKS[0].name)[0]["chunks"]
        assert list(told) == [chunk.name for chunk in CHUNKS]
        for name, settings in told.items():
            assert settings == [[*run.setting.values()] for run in shipped(name)[1]]

    def test_no_training_is_there_twice_and_all_can_be_chosen(self):
        settings = [str(setting) for chunk in CHUNKS for setting in chunk.settings]
        assert len(settings) == len(set(settings)) > 200
        for chunk in CHUNKS:
            for setting in chunk.settings:
                for axis in RECIPE.axes:
                    assert setting.get(axis.name, 0) in axis.values

    @every_chunk
    def test_points_and_first_frames_are_those_of_a_fresh_network(self, chunk):
        for run in shipped(chunk.name)[1]:
            X, y, *_ = toy_data(run.setting["data"], noise=run.setting["noise"])
            columns = [*X.T, *([y] if y.ndim == 1 else [*y.T, 0 * X[:, 0]])]
            expected = np.column_stack(columns)
            np.testing.assert_allclose(run.points, expected, atol=1e-6)
            fresh = Training(**run.setting)
            np.testing.assert_allclose(
                run.parameters[0], parameters(fresh), SHARE, LEAST
            )
            assert agree(run.words[0], trainings.words_of(fresh))

    @every_chunk
    def test_the_kept_networks_do_as_well_as_their_sentences_say(self, chunk):
        header, runs = shipped(chunk.name)
        for number, run in enumerate(runs):
            for frame in {number % 9, 8}:
                found = network(run.setting, run.parameters[frame]).measure()
                epoch, loss, test_loss, *shares = numbers_in(run.words[frame])
                assert epoch == header["epochs"][frame]
                assert found["loss"] == pytest.approx(loss, abs=0.005)
                assert found["test_loss"] == pytest.approx(
                    test_loss, rel=0.01, abs=0.01
                )
                # A rounded weight may carry a few points of the hundreds over the border.
                assert shares == (
                    []
                    if run.setting["data"] == "sine"
                    else [
                        pytest.approx(100 * found["accuracy"], abs=1.5),
                        pytest.approx(100 * found["test_accuracy"], abs=1.5),
                    ]
                )

    @every_chunk
    def test_the_curves_go_through_what_the_sentences_say(self, chunk):
        header, runs = shipped(chunk.name)
        looks = [header["curve"].index(epoch) for epoch in header["epochs"]]
        for run in runs:
            said = np.array([numbers_in(words)[1:3] for words in run.words])
            assert np.isfinite(said).all()
            np.testing.assert_allclose(run.curve[looks], said, rtol=SHARE, atol=6e-4)

    @every_chunk
    def test_training_anew_leads_to_the_same(self, chunk):
        _, runs = shipped(chunk.name)
        slow = [run for run in runs if run.setting["learning_rate"] <= 0.03]
        for run in slow[:: len(slow) // 3]:
            training = Training(**run.setting)
            training.advance(10)
            # Other processors round differently, and each step adds to that.
            np.testing.assert_allclose(
                run.parameters[1], parameters(training), rtol=SHARE, atol=0.003
            )
            losses = [training.measure()[name] for name in ("loss", "test_loss")]
            assert numbers_in(run.words[1])[1:3] == pytest.approx(losses, abs=0.003)
            look = trainings.CURVE.index(10)
            assert run.curve[look] == pytest.approx(losses, rel=SHARE, abs=0.003)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache of this test's own."""
    monkeypatch.setitem(sheet.cached.__kwdefaults__, "folder", tmp_path / "cache")


def test_the_command_writes_the_scripts(own_cache, tmp_path, monkeypatch, capsys):
    small = {**trainings.PLAIN, "width": 4, "depth": 1, "data": "moons"}
    chunks = (
        trainings.Chunk("first", (small,)),
        trainings.Chunk("second", ({**small, "noise": 0.1}, {**small, "data": "sine"})),
    )
    monkeypatch.setattr(trainings, "CHUNKS", chunks)
    monkeypatch.setattr(module("publish"), "CHUNKS", chunks)
    folder = tmp_path / "new/folder"
    assert main(["playground", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("second: 2 trainings, ")
    [path] = folder.iterdir()
    name, block = scripted(path.read_text())
    assert (path.name, name) == ("second.js", "playground/second")
    _, runs = open_replays(block)
    assert [run.setting for run in runs] == list(chunks[1].settings)
    for run in runs:
        training = Training(**run.setting)
        for row, epoch in zip(run.parameters, trainings.EPOCHS, strict=True):
            training.advance(epoch - training.epoch)
            np.testing.assert_allclose(row, parameters(training), SHARE, LEAST)
        losses = [training.measure()["loss"], training.measure()["test_loss"]]
        np.testing.assert_allclose(run.curve[-1], losses, rtol=SHARE)
    header, _ = open_replays(trainings.block(chunks[0]))
    assert {name: len(settings) for name, settings in header["chunks"].items()} == {
        "first": 1,
        "second": 2,
    }


def test_the_saved_widget_is_todays(monkeypatch):
    monkeypatch.setattr(playground, "block", lambda chunk: b"")
    today = playground.Playground()
    for name in ("title", "axes", "panes", "options", "position"):
        expected = json.loads(json.dumps(getattr(today, name)))
        assert widgets(PLAYGROUND)["The playground"].state[name] == expected


def test_epochs_that_are_close_together_first():
    for last, number in ((0, 5), (1, 5), (7, 60), (500, 28), (5000, 40)):
        epochs = trainings.spaced(last, number)
        assert (epochs[0], epochs[-1]) == (0, last)
        assert len(epochs) <= number
        gaps = np.diff(epochs)
        assert (gaps > 0).all()
        assert last < 100 or (gaps[-1] > 10 * gaps[0] and len(epochs) > number // 2)


class TestItsProgram:
    """What the button on the page copies."""

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"epoch": 0},
            {"depth": 0, "learning_rate": 0.1},
            {"depth": 4, "width": 8, "activation": "Sigmoid", "data": "xor"},
            {"data": "spiral 2", "width": 4, "noise": 0.2},
            {"data": "sine", "width": 8, "noise": 0.1},
            {"data": "sine", "depth": 0, "optimizer": "SGD"},
            {"data": "moons", "dropout": 0.3},
            {"data": "circles", "l2": 0.01, "l1": 0.001},
            *({"optimizer": name, "learning_rate": 0.01} for name in OPTIMIZERS),
        ],
        ids=str,
    )
    def test_it_prints_what_the_playground_says(self, changes, capsys):
        position = {**RECIPE.start(), "epoch": 25, **changes}
        exec(program.code_of(position), {"__name__": "__main__"})
        printed = capsys.readouterr().out
        words = playground.compute(**position).words
        losses = re.findall(r"^(?:training|test): loss (\S+)$", printed, re.MULTILINE)
        assert "loss {}, on the test points {}.".format(*losses) in words
        shares = re.findall(r"^(?:training|test): accuracy (\S+)$", printed, re.M)
        assert len(shares) == (0 if position["data"] == "sine" else 2)
        if shares:
            assert "Accuracy {}, on the test points {}.".format(*shares) in words
        assert words.startswith(f"Epoch {position['epoch']}: ")

    def test_a_penalty_and_dropout_change_what_it_prints(self, capsys):
        seen = set()
        for changes in ({}, {"l1": 0.01}, {"l2": 0.01}, {"dropout": 0.1}):
            exec(program.code_of({**RECIPE.start(), "epoch": 25, **changes}), {})
            seen.add(capsys.readouterr().out)
        assert len(seen) == 4

    def test_no_placeholder_is_left_at_any_choice(self):
        for axis in RECIPE.axes:
            for value in axis.values:
                code = program.code_of({**RECIPE.start(), axis.name: value})
                assert "{{" not in code
                compile(code, "program", "exec")


# A kernel's frames.


@pytest.fixture
def explorer(monkeypatch):
    """A playground in a kernel, without the trainings that the page replays."""
    monkeypatch.setattr(playground, "block", lambda chunk: b"")
    return playground.Playground()


def answer(explorer, position, **more):
    """Return the messages that answer one question: (message, arrays) each."""
    sent = []

    def send(content, buffers=()):
        pairs = zip(content.get("fields", {}).items(), buffers, strict=True)
        sent.append(
            (content, {k: numbers_of(data, how, 1)[0] for (k, how), data in pairs})
        )

    explorer.send = send
    question = {"kind": "ask", "id": 5, "position": position, **more}

    async def script():
        async with asyncio.timeout(20):
            explorer._handle_custom_msg(question, [])
            while not sent or sent[-1][0]["kind"] == "frame":
                await asyncio.sleep(0.001)

    asyncio.run(script())
    assert all(message["id"] == 5 for message, _ in sent)
    return sent


def own_layer(source: str) -> type[nn.Layer]:
    """Return the layer that a reader wrote in a cell."""
    names = {"nn": nn, "np": np}
    exec(compile(source, "/tmp/ipykernel_12/3456.py", "exec"), names)
    return names["Own"]


class TestInAKernel:
    @pytest.mark.parametrize(
        "changes",
        [{}, {"data": "sine", "depth": 1}, {"depth": 0}, {"epoch": 0, "depth": 3}],
        ids=str,
    )
    def test_the_frame_is_that_of_the_position(self, explorer, changes):
        position = {**RECIPE.start(), "epoch": 25, "width": 8, **changes}
        (message, found), (done, _) = answer(explorer, position)
        assert (message["kind"], done["kind"]) == ("frame", "done")
        assert message["position"] == position
        expected = playground.compute(**position)
        assert message["words"] == expected.words
        assert list(found) == list(expected.arrays)
        for name, array in expected.arrays.items():
            if name != "history":
                np.testing.assert_allclose(found[name], array, rtol=1e-6, atol=1e-6)
        history = found["history"]
        np.testing.assert_allclose(history[-1], expected.arrays["history"][-1])
        np.testing.assert_allclose(history[0], expected.arrays["history"][0])
        assert (np.diff(history[:, 0]) > 0).all()

    def test_who_watches_sees_it_train(self, explorer):
        position = {**RECIPE.start(), "epoch": 100, "width": 4}
        *frames, _ = answer(explorer, position, watch=True)
        epochs = [message["position"]["epoch"] for message, _ in frames]
        assert epochs[0] == 0
        assert epochs[-1] == 100
        assert len(epochs) > 30
        assert epochs == sorted(set(epochs))
        for (message, found), epoch in zip(frames, epochs, strict=True):
            assert message["words"].startswith(f"Epoch {epoch}: ")
            assert found["history"][:, 0].tolist() == epochs[: len(found["history"])]
            assert found["history"][-1, 0] == epoch
        *_, (last, at_once), _ = answer(explorer, position)
        assert last["words"] == frames[-1][0]["words"]
        np.testing.assert_array_equal(at_once["map"], frames[-1][1]["map"])

    def test_between_the_grids_values(self, explorer):
        position = {"learning_rate": 0.0123, "epoch": 7, "width": 5, "data": "xor"}
        (message, found), _ = answer(explorer, position)
        setting = {"learning_rate": 0.0123, "width": 5, "data": "xor"}
        training = Training(**setting)
        training.advance(7)
        loss = numbers_in(message["words"])[1]
        assert loss == pytest.approx(training.measure()["loss"], abs=6e-4)
        assert found["neurons"].shape == (2, 5, 20, 20)

    def test_a_position_that_is_none(self, explorer):
        [(message, _)] = answer(explorer, {"depth": 9})
        assert message["kind"] == "error"
        assert "depth is 9: give a number from 0 to 6." in message["words"]

    def test_a_layer_of_the_readers_own(self):
        source = """
class Own(nn.Layer):
    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def backward(self, doutputs):
        return doutputs * (1 - self.outputs**2)
"""
        explorer = playground.Playground(activation=own_layer(source))
        assert explorer.sheet == b""
        assert "replays" not in explorer.options
        (message, found), _ = answer(explorer, {"epoch": 20, "width": 6})
        training = Training(activation=own_layer(source), width=6)
        training.advance(20)
        assert numbers_in(message["words"])[1] == pytest.approx(
            training.measure()["loss"], abs=6e-4
        )
        winners = training.predict(pixels(64)).argmax(axis=1)
        np.testing.assert_array_equal(found["map"].ravel() // 32, winners)

    @pytest.mark.parametrize(
        ("forward", "backward", "place"),
        [
            ("raise ValueError('Too cold.')", "pass", "(line 4 of forward)"),
            ("return inputs", "raise ValueError('Too cold.')", "(line 7 of backward)"),
        ],
    )
    def test_an_error_in_it_is_shown_in_words(self, forward, backward, place):
        source = f"""
class Own(nn.Layer):
    def forward(self, inputs):
        {forward}

    def backward(self, doutputs):
        {backward}
"""
        explorer = playground.Playground(activation=own_layer(source))
        *_, (message, _) = answer(explorer, {"epoch": 10})
        assert message["kind"] == "error"
        assert message["words"] == f"ValueError: Too cold. {place}"

    def test_an_error_in_a_dense_layer_too(self):
        explorer = playground.Playground(dense=lambda *sizes: None)
        [(message, _)] = answer(explorer, {"epoch": 10})
        assert message["kind"] == "error"
        assert "AttributeError: 'NoneType'" in message["words"]


def pixels(side: int) -> np.ndarray:
    """Return the middles of the pixels of a picture from -1.15 to 1.15, the lowest row first."""
    ticks = [-1.15 + 2.3 * (2 * place + 1) / (2 * side) for place in range(side)]
    return np.array([(x0, x1) for x1 in ticks for x0 in ticks], dtype=np.float32)


class TestPictures:
    def test_each_hidden_neuron_by_its_own_highest(self):
        training = Training(depth=2, width=3)
        first, second = training.layers[0], training.layers[2]
        first.biases[:] = [[0.1, 0.2, -50]]  # the last one is dead
        pictures = playground.neuron_pictures(training)
        outputs = np.maximum(pixels(20) @ first.weights + first.biases, 0)
        deeper = np.maximum(outputs @ second.weights + second.biases, 0)
        for picture, output in zip(
            pictures.reshape(6, 400), [*outputs.T, *deeper.T], strict=True
        ):
            if output.any():
                assert picture.max() == 255
                expected = 255 * output / output.max()
                assert np.abs(picture - expected).max() < 0.51
            else:
                assert not picture.any()
        assert not pictures.reshape(2, 3, 400)[0, 2].any()

    def test_of_a_regression_they_are_the_same_in_every_row(self):
        training = Training(data="sine", depth=1, width=4)
        pictures = playground.neuron_pictures(training).reshape(4, 20, 20)
        x = np.array([[(2 * place + 1) / 40] for place in range(20)])
        outputs = np.maximum(x @ training.layers[0].weights, 0)
        for picture, output in zip(pictures, outputs.T, strict=True):
            assert np.abs(picture - 255 * output / max(output.max(), 1e-9)).max() < 0.51

    def test_without_hidden_layers_there_are_none(self):
        assert playground.neuron_pictures(Training(depth=0)).size == 0

    def test_the_map_is_the_networks_answer(self):
        training = Training(width=6)
        training.advance(30)
        codes = playground.frame_of(training, np.zeros((1, 3))).arrays["map"].ravel()
        probabilities = training.predict(pixels(64))
        np.testing.assert_array_equal(codes // 32, probabilities.argmax(axis=1))
        sure = (probabilities.max(axis=1) * 3 - 1) / 2
        assert np.abs(codes % 32 - 31 * sure).max() < 0.51

    def test_the_fit_is_the_networks_curve(self):
        training = Training(data="sine")
        training.advance(30)
        x, y = playground.frame_of(training, np.zeros((1, 3))).arrays["fit"].T
        np.testing.assert_allclose(x, np.linspace(0, 1, 100), atol=1e-6)
        outputs = training.predict(np.linspace(0, 1, 100).reshape(-1, 1))
        np.testing.assert_allclose(y, outputs[:, 0], rtol=1e-4, atol=1e-5)

    def test_points(self):
        points = trainings.points_of(Training(data="moons", noise=0.1))
        X, y, *_ = toy_data("moons", noise=0.1)
        np.testing.assert_array_equal(points, np.column_stack([X, y]))
        points = trainings.points_of(Training(data="sine"))
        X, y, *_ = toy_data("sine")
        np.testing.assert_array_equal(points, np.column_stack([X, y, 0 * y]))

    @pytest.mark.parametrize("data", ["spiral 3", "sine"])
    def test_a_network_that_diverged_is_shown_and_said(self, data):
        training = Training(data=data, learning_rate=1e30, optimizer="SGD")
        training.advance(5)
        frame = playground.frame_of(training, np.array([trainings.look(training)]))
        assert plain(frame.words) == (
            "Epoch 5: the loss is no number any more. The steps were too large: "
            "lower the learning rate."
        )
        assert (
            0 <= frame.arrays["neurons"].min() <= frame.arrays["neurons"].max() <= 255
        )
        for name, array in frame.arrays.items():
            assert RECIPE.fields[name].encode(array)
        if data == "sine":
            assert np.isnan(frame.arrays["fit"][:, 1]).any()
        else:
            lost = np.isnan(training.predict(pixels(64))).any(axis=1)
            assert lost.any()
            assert (frame.arrays["map"].ravel()[lost] == 255).all()

    def test_guessing_is_called_guessing(self):
        training = Training()
        training.layers[-1].weights[:] = 0
        assert trainings.words_of(training).endswith("33.3%. No better than guessing.")
        training = Training(data="moons")
        training.advance(50)
        assert trainings.words_of(training).endswith("%.")

    def test_the_readers_program_uses_the_playgrounds_layers(self):
        position = {**RECIPE.start(), "dropout": 0.1}
        used = set(re.findall(r"\bnn\.(\w+)", program.code_of(position)))
        assert used >= {"Dense", "Dropout", "parameters_of"}
        assert used <= set(nn.__all__)


def test_the_page_says_what_it_keeps():
    """The widths and the learning rates that the text names are those of the grid."""
    notebook = nbformat.read(PLAYGROUND, as_version=4)
    text = " ".join(" ".join(cell.source for cell in notebook.cells).split())
    settings = [setting for chunk in trainings.CHUNKS for setting in chunk.settings]
    widths = {
        name: {s["width"] for s in settings if s["data"] == name and s["depth"] == 4}
        for name in TOYS
    }
    assert widths.pop("spiral 3") == {12}
    assert all(found == {8} for found in widths.values())
    assert "12 neurons a layer on the spiral with three arms, 8 on the others" in text
    for name, value in trainings.OTHERS:
        if value != trainings.PLAIN[name]:
            rates = [
                s["learning_rate"]
                for s in settings
                if s[name] == value and s["data"] == "spiral 3"
            ]
            assert set(rates) == {0.01, 0.03, 0.1}
    assert "with rates of 0.01, 0.03 and 0.1" in text
    for name in OPTIMIZERS:
        rates = {s["learning_rate"] for s in settings if s["optimizer"] == name}
        assert rates == set(trainings.RATES)
