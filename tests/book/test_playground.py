"""The playground: what comes along with it, and what a kernel shows."""

import asyncio
import json
import math
import re

import numpy as np
import pytest
from explorer_blocks import (
    PLAYGROUND,
    cut,
    module,
    numbers_in,
    numbers_of,
    open_block,
    plain,
    widgets,
)

import nnfs_lib as nn
from bookkit.toys import TOYS, toy_data
from bookkit.training import OPTIMIZERS, Training

playground = module("play")
program = module("program")
trainings = module("trainings")
RECIPE = playground.RECIPE


def parts_of(block: bytes) -> tuple[dict, dict]:
    """Return the block's header, and of each data set both parts: [X, y, unit] each."""
    header, data = open_block(block)
    shapes = [how for both in header["sets"].values() for part in both for how in part]
    sizes = [4 * math.prod(how["shape"]) for how in shapes]
    pieces = zip(cut(data, sizes), shapes, strict=True)
    arrays = iter([numbers_of(piece, how, 1)[0] for piece, how in pieces])
    return header, {
        name: [[next(arrays) for _ in part] for part in both]
        for name, both in header["sets"].items()
    }


class TestWhatComesAlong:
    def test_it_is_small(self):
        assert len(json.dumps(widgets(PLAYGROUND)["The playground"].entry)) <= 60 * 1024

    @pytest.mark.parametrize("noise", [0.0, 0.1])
    @pytest.mark.parametrize("name", TOYS)
    def test_data_sets_are_the_book_s(self, name, noise):
        _, sets = parts_of(widgets(PLAYGROUND)["The playground"].block)
        found = []
        for X, y, unit in sets[name]:
            regression = y.ndim == 2
            found += [X, y + noise * unit] if regression else [X + noise * unit, y]
        for array, expected in zip(found, toy_data(name, noise=noise), strict=True):
            np.testing.assert_allclose(array, expected, rtol=0, atol=2e-7)

    def test_the_generator_begins_as_numpy_s(self):
        header, _ = parts_of(trainings.block())
        generator = np.random.default_rng(1)
        state = generator.bit_generator.state
        first, step = (int(text) for text in header["start"])
        generator.bit_generator.state = state | {"state": {"state": first, "inc": step}}
        expected = np.random.default_rng(0).standard_normal(5)
        np.testing.assert_array_equal(generator.standard_normal(5), expected)


def test_the_saved_widget_is_todays():
    today = playground.Playground()
    for name in ("title", "axes", "panes", "options", "position"):
        expected = json.loads(json.dumps(getattr(today, name)))
        assert widgets(PLAYGROUND)["The playground"].state[name] == expected


def test_epochs_are_close_together_first():
    assert trainings.spaced(3, 5, 2) == (0, 1, 2, 3, 4, 5)
    assert trainings.spaced(50, 5, 1.5) == (0, 1, 2, 3, 4, 5, 8, 12, 18, 27, 40, 50)
    assert {0, 1, 10, 60, 100, 200, 1000, trainings.LAST} <= {*trainings.LOOKS}
    assert list(trainings.LOOKS) == sorted({*trainings.LOOKS})


def test_rates_and_penalties_by_decades():
    assert trainings.decades(-2, 0, (1, 3)) == (0.01, 0.03, 0.1, 0.3, 1.0)


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
def explorer():
    """A playground in a kernel."""
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
        assert "engine" not in explorer.options
        (message, found), _ = answer(explorer, {"epoch": 20, "width": 6})
        training = Training(activation=own_layer(source), width=6)
        training.advance(20)
        assert numbers_in(message["words"])[1] == pytest.approx(
            training.measure()["loss"], abs=6e-4
        )
        winners = training.predict(pixels(64)).argmax(axis=1)
        np.testing.assert_array_equal(found["map"].ravel() // 32, winners)

    def test_the_lines_of_its_picture_are_the_dense_layers_weights(self):
        source = """
class Own(nn.Layer):
    parameter_names = ("slope",)

    def __init__(self):
        self.slope = np.full(1, 0.5, dtype=np.float32)

    def forward(self, inputs):
        self.inputs = inputs
        return np.where(inputs > 0, inputs, self.slope * inputs)

    def backward(self, doutputs):
        below = np.minimum(self.inputs, 0)
        self.dslope = np.array([(doutputs * below).sum()], dtype=np.float32)
        return doutputs * np.where(self.inputs > 0, 1, self.slope)
"""
        frames = []
        for own in ({}, {"activation": own_layer(source)}):
            explorer = playground.Playground(**own)
            (_, found), _ = answer(explorer, {"epoch": 0, "width": 3})
            frames.append(found["weights"])
        assert frames[0].shape == (2 * 3 + 3 * 3 + 3 * 3,)
        np.testing.assert_array_equal(*frames)

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
