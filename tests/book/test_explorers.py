"""The chapters' explorers: what they show and say is what the library computes there."""

import itertools
import json
import re

import nbformat
import numpy as np
import pytest
from explorer_blocks import (
    GARMENT,
    NOTEBOOKS,
    PLAYGROUND,
    STATE,
    VIEW,
    agree,
    block_of,
    fresh,
    module,
    numbers_in,
    plain,
    recipes,
    sheet_of,
    trains,
    visit,
    whole_recipes,
    widgets,
)
from notebook_cells import CHAPTERS

import nnfs_lib as nn
from bookkit import explore
from bookkit.__main__ import main
from bookkit.explore.chapter1 import NEURON, SHAPES
from bookkit.explore.chapter2 import BEND, SOFTMAX
from bookkit.explore.chapter3 import CONFIDENCE, LANDSCAPE
from bookkit.explore.chapter4 import BACKPROPAGATION
from bookkit.explore.chapter5 import FUSED
from bookkit.explore.chapter6 import RACE
from bookkit.explore.chapter7 import PENALTIES
from bookkit.explore.chapter8 import DROPOUT, MASKS
from bookkit.explore.chapter9 import REGRESSION
from bookkit.explore.chapter10 import THREE_TASKS
from bookkit.explore.chapter11 import MINIBATCHES
from bookkit.explore.chapter13 import HOW_FEW
from bookkit.explore.explorer import Explorer
from bookkit.explore.glances import Glance
from bookkit.explore.lab_convolution import KERNEL
from bookkit.explore.lab_deep import DEPTH
from bookkit.explore.lab_recurrent import MEMORY
from bookkit.stable import PROGRAM

every_recipe = pytest.mark.parametrize(
    "recipe", recipes().values(), ids=list(recipes())
)
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
POINTS, LABELS = nn.spiral_data(100, 3, rng=0)


def dense(weights: object, biases: object) -> nn.Dense:
    """Return a layer with these parameters."""
    values = np.array(weights, dtype=np.float32)
    layer = nn.Dense(*values.shape)
    layer.weights[:], layer.biases[:] = values, biases
    return layer


def middle(pixel: int, side: int) -> float:
    """Return where the middle of a pixel lies, on pictures from -1.15 to 1.15."""
    return -1.15 + 2.3 * (2 * pixel + 1) / (2 * side)


class TestEveryRecipe:
    def test_each_chapter_has_some(self):
        known = [NEURON, SHAPES, BEND, SOFTMAX, LANDSCAPE, CONFIDENCE]
        known += [BACKPROPAGATION, FUSED, RACE]
        known += [PENALTIES, MASKS, DROPOUT, REGRESSION]
        known += [THREE_TASKS, MINIBATCHES, HOW_FEW]
        known += [KERNEL, DEPTH, MEMORY]
        assert [recipe.title for recipe in known] == list(whole_recipes())

    @every_recipe
    def test_there_is_a_frame_for_every_position(self, recipe):
        sheet = sheet_of(recipe.title)
        assert len(sheet.header["words"]) == recipe.size
        assert recipe.size == np.prod([len(axis.values) for axis in recipe.axes])
        assert all(len(field) == recipe.size for field in sheet.fields.values())

    @every_recipe
    def test_every_value_that_is_offered_is_taken_as_it_is(self, recipe):
        for axis in recipe.axes:
            for value in axis.offered:
                assert recipe.check({axis.name: value})[axis.name] == value

    @every_recipe
    def test_values_rise_and_all_texts_differ(self, recipe):
        for axis in recipe.axes:
            told = axis.describe()
            assert len(set(told["offeredTexts"])) == len(told["offered"])
            assert set(told["values"]) <= set(told["offered"])
            if not axis.words:
                assert all(a < b for a, b in itertools.pairwise(told["values"]))
                assert all(a < b for a, b in itertools.pairwise(told["offered"]))

    @every_recipe
    def test_a_kernel_answers_at_the_ends_of_what_it_offers(self, recipe):
        ends = [{axis.offered[0], axis.offered[-1]} for axis in recipe.axes]
        for values in itertools.product(*ends):
            names = [axis.name for axis in recipe.axes]
            position = recipe.check(dict(zip(names, values, strict=True)))
            frame = recipe.compute(**position)
            left_out = set(frame.arrays) - set(recipe.fields) - set(recipe.constants)
            assert set(recipe.fields) <= set(frame.arrays)
            assert not left_out or isinstance(recipe, Glance)
            assert len(frame.words) > 40

    @every_recipe
    def test_panes_draw_what_there_is(self, recipe):
        axes = {axis.name for axis in recipe.axes}
        arrays = {*recipe.fields, *recipe.constants}
        assert recipe.play in axes
        for pane in recipe.panes:
            single = (
                "field",
                "points",
                "small",
                "line",
                "needs",
                "look",
                "center",
                "target",
                "at",
                "gradients",
                "walk",
                "paths",
                "dots",
            )
            drawn = {pane[key] for key in single if key in pane}
            parts = [*pane.get("series", []), *pane.get("items", [])]
            drawn |= {part["field"] for part in parts if isinstance(part, dict)}
            assert drawn <= arrays
            moves = {pane[key] for key in ("by", "upto", "step") if key in pane}
            held = {name for name in pane.get("drag", []) if name}
            assert {*pane.get("mark", []), *held, *moves} <= axes
            for axis in recipe.axes:
                if axis.name == pane.get("by"):
                    assert set(axis.offered) <= arrays

    @every_recipe
    def test_no_zero_has_a_minus_sign(self, recipe):
        for words in sheet_of(recipe.title).header["words"]:
            assert not re.search(r"-0\.?0*(?![\d.])", plain(words)), words


class TestNeuron:
    def test_score_in_the_middle_of_each_pixel(self):
        for position, arrays, _ in visit(NEURON):
            w0, w1, bias = position.values()
            places = [middle(pixel, 24) for pixel in range(24)]
            expected = [[w0 * x0 + w1 * x1 + bias for x0 in places] for x1 in places]
            assert np.abs(arrays["score"] - expected).max() <= 12 / 255 / 2 + 1e-5

    def test_the_line_is_where_the_score_is_zero(self):
        for position, arrays, _ in visit(NEURON):
            neuron = dense([[position["w0"]], [position["w1"]]], position["bias"])
            ends = arrays["line"].reshape(2, 2)
            if position["w0"] == position["w1"] == 0:
                assert np.isnan(ends).all()
                continue
            scores = neuron.forward(np.linspace(*ends, 9))
            np.testing.assert_allclose(scores, 0, atol=1e-5)
            # From one side of the picture to the other.
            assert np.linalg.norm(ends[1] - ends[0]) > 2 * 2.3 * np.sqrt(2)

    def test_the_sentence(self):
        for position, _, words in visit(NEURON):
            w0, w1, bias = position.values()
            if w0 == w1 == 0:
                assert (
                    f"the score is {bias:.2f} everywhere, and there is no line" in words
                )
                continue
            scores = dense([[w0], [w1]], bias).forward(POINTS)[:, 0]
            counts = np.bincount(LABELS[scores > 0], minlength=3)
            classes = [part for label in range(3) for part in (counts[label], label)]
            equation, _, side = words.partition("On its positive side")
            equation = plain(equation).replace("+ ", "").replace("- ", "-")
            assert numbers_in(equation) == [w0, w1, bias, 0]
            assert numbers_in(side) == [*classes, 100]

    def test_points(self):
        points = sheet_of(NEURON.title).constants["points"]
        np.testing.assert_allclose(points, np.column_stack([POINTS, LABELS]), rtol=1e-6)


class TestShapes:
    @staticmethod
    def matrices(arrays):
        """Return the matrices without the frame of NaN around them."""
        found = {}
        for name in ("inputs", "weights", "biases", "outputs"):
            there = ~np.isnan(arrays[name])
            shape = there.any(axis=1).sum(), there.any(axis=0).sum()
            assert there.sum() == shape[0] * shape[1]
            found[name] = arrays[name][: shape[0], : shape[1]]
        return found

    def test_shapes_and_product(self):
        for position, arrays, words in visit(SHAPES):
            found = self.matrices(arrays)
            batch, inputs, neurons = (
                position[key] for key in ("batch", "inputs", "neurons")
            )
            shapes = [
                (batch, inputs),
                (inputs, neurons),
                (1, neurons),
                (batch, neurons),
            ]
            assert [matrix.shape for matrix in found.values()] == shapes
            expected = [
                [
                    sum(x * w for x, w in zip(row, column, strict=True)) + bias
                    for column, bias in zip(
                        found["weights"].T, found["biases"][0], strict=True
                    )
                ]
                for row in found["inputs"]
            ]
            np.testing.assert_array_equal(found["outputs"], expected)
            told = "{} @ {} + {} gives {}.".format(*shapes)
            assert words.startswith(told)

    def test_the_entry_that_is_followed(self):
        for position, arrays, words in visit(SHAPES):
            outputs = self.matrices(arrays)["outputs"]
            row, column = arrays["look"].astype(int)
            entries = [
                (i, j) for i in range(outputs.shape[0]) for j in range(outputs.shape[1])
            ]
            if position["entry"] > len(entries):
                assert (row, column) == (-1, -1)
                assert words.endswith("There are no more outputs to follow.")
                continue
            assert (row, column) == entries[position["entry"] - 1]
            assert f"outputs[{row}, {column}] is row {row} of the inputs" in words
            left, right = re.search(r": ([^:=]*) = (\S+)\.$", words).groups()
            products, bias = left.rsplit(" + ", 1)
            assert products.count("\N{DOT OPERATOR}") == position["inputs"]
            assert eval(left.replace("\N{DOT OPERATOR}", "*")) == float(right)
            assert float(right) == outputs[row, column]
            assert float(bias.strip("()")) == arrays["biases"][0, column]


def bend_curve(position):
    """Return places and what the reader's neuron and the two others add up to there."""
    bends = {
        "none": lambda x: x,
        "ReLU": lambda x: x * (x > 0),
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    }
    bend = bends[position["activation"]]
    x = np.linspace(-1.5, 1.5, 61)
    own = position["outgoing"] * bend(position["weight"] * x + position["bias"])
    return x, own, 0.5 * bend(x + 0.5) - 0.5 * bend(0.5 - 1.5 * x)


class TestBend:
    def test_curves(self):
        for position, arrays, _ in visit(BEND):
            _, own, others = bend_curve(position)
            for name, curve in {
                "neuron": own,
                "rest": others,
                "network": own + others,
            }.items():
                assert np.abs(arrays[name] - curve).max() < 1 / 1024 + 1e-5

    def test_the_network_is_one_of_the_librarys(self):
        for position, arrays, _ in visit(BEND):
            hidden = dense(
                [[position["weight"], 1, -1.5]], [position["bias"], 0.5, 0.5]
            )
            output = dense([[position["outgoing"]], [0.5], [-0.5]], 0)
            layers = {"none": [], "ReLU": [nn.ReLU()], "sigmoid": [nn.Sigmoid()]}
            x = np.linspace(-1.5, 1.5, 61, dtype=np.float32)[:, None]
            for layer in (hidden, *layers[position["activation"]], output):
                x = layer.forward(x)
            assert np.abs(arrays["network"] - x[:, 0]).max() < 1 / 1024 + 1e-5

    def test_the_sentence_says_where_and_how_it_bends(self):
        for position, _, words in visit(BEND):
            activation, weight, bias, outgoing = position.values()
            x, own, rest = bend_curve(position)
            slopes = np.diff(own) / np.diff(x)
            words, _, end = words.partition(" At the right end")
            assert numbers_in(end) == [
                pytest.approx(np.diff(own + rest)[-1] / 0.05, abs=0.006)
            ]
            if activation == "none":
                assert numbers_in(words) == [pytest.approx(slopes[0], abs=0.006)]
                continue
            if weight == 0:
                assert "gives the same output for every x" in words
                assert np.ptp(own) == 0
                continue
            if outgoing == 0:
                assert "nobody listens" in words
                assert not own.any()
                continue
            corner = numbers_in(words)[0]
            assert abs(weight * corner + bias) <= 0.0051 * max(abs(weight), 2)
            assert ("off the picture" in words) == (abs(bias) > 1.5 * abs(weight))
            if "off the picture" in words:
                continue
            if activation == "ReLU":
                silent, active = x < corner - 0.06, x > corner + 0.06
                if "left of it" in words:
                    silent, active = active, silent
                change = numbers_in(words)[-1]
                assert not own[silent].any()
                ends = active[1:] & active[:-1]
                np.testing.assert_allclose(slopes[ends], change, atol=0.006)
            else:
                assert ("rises" in words) == (slopes[30] > 0)
                assert numbers_in(words)[-1] == abs(outgoing)


class TestSoftmax:
    def test_probabilities_do_not_know_of_the_shift(self):
        for position, arrays, words in visit(SOFTMAX):
            logits = np.array([position[name] for name in ("first", "second", "third")])
            powers = np.exp(logits / position["temperature"])
            expected = powers / powers.sum()
            np.testing.assert_allclose(arrays["probabilities"], expected, atol=1e-6)
            shown = re.match(r"Probabilities (.*?%), (.*?%), (.*?%)\. ", words).groups()
            shares = [float(text.rstrip("%")) / 100 for text in shown]
            np.testing.assert_allclose(shares, expected, atol=0.00051)

    def test_the_way_there(self):
        for position, arrays, _ in visit(SOFTMAX):
            logits = np.array([position[name] for name in ("first", "second", "third")])
            middle = arrays["center"][0]
            assert middle * position["temperature"] == position["shift"]
            seen = arrays["seen"]
            np.testing.assert_array_equal(
                seen * position["temperature"], logits + position["shift"]
            )
            largest = np.argmax(logits)
            np.testing.assert_array_equal(arrays["below"], seen - seen[largest])
            assert arrays["below"].max() == 0

    def test_the_sentence_says_what_float32_would_do(self):
        rng = np.random.default_rng(2)
        fates = {"overflow": 0, "be zero": 0, "does not change": 0}
        for _ in range(500):
            picked = {axis.name: rng.choice(axis.offered) for axis in SOFTMAX.axes}
            frame = SOFTMAX.compute(**SOFTMAX.check(picked))
            with np.errstate(over="ignore", under="ignore"):
                power = np.exp(np.float32(frame.arrays["seen"].max()))
            fate = {np.inf: "overflow", 0: "be zero"}.get(power, "does not change")
            assert fate in frame.words, frame.words
            fates[fate] += 1
        assert min(fates.values()) > 10

    def test_the_sentence_says_what_the_temperature_does(self):
        for position, arrays, words in visit(SOFTMAX):
            distance = np.ptp(arrays["seen"])
            cold = np.ptp([position[name] for name in ("first", "second", "third")])
            if cold == 0:
                assert "All logits are equal" in words
            elif position["temperature"] == 1:
                assert "logits as they are" in words
                assert distance == cold
            elif distance > 0:
                assert ("differences grow" in words) == (distance > cold)
                assert ("differences shrink" in words) == (distance < cold)


class TestLandscape:
    # As chapter 3 makes it: weights as wide as 1 instead of 0.01.
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 4)), rng.standard_normal((4, 3))

    @classmethod
    def network(cls, position, inputs):
        """Return the probabilities, with the library's layers."""
        first, second = cls.first.copy(), cls.second.copy()
        first[1, 1] += position["across"]
        second[2, 2] += position["along"]
        layers = [dense(first, 0), nn.ReLU(), dense(second, 0), nn.Softmax()]
        outputs = inputs
        for layer in layers:
            outputs = layer.forward(outputs)
        return outputs

    @classmethod
    def loss(cls, across, along):
        predictions = cls.network({"across": across, "along": along}, POINTS)
        return -float(np.mean(np.log(predictions[np.arange(300), LABELS])))

    def test_what_the_network_answers(self):
        for position, arrays, _ in visit(LANDSCAPE):
            ticks = [middle(pixel, 40) for pixel in range(40)]
            places = np.array(
                [(x0, x1) for x1 in ticks for x0 in ticks], dtype=np.float32
            )
            probabilities = self.network(position, places)
            codes = arrays["classes"].ravel()
            np.testing.assert_array_equal(codes, np.rint(codes))
            label, sure = np.divmod(codes, 32)
            ranked = np.sort(probabilities, axis=1)
            decided = ranked[:, 2] - ranked[:, 1] > 1e-4
            assert decided.mean() > 0.95
            winner = probabilities.argmax(axis=1)
            np.testing.assert_array_equal(label[decided], winner[decided])
            # 0 where all classes are equal, 31 where there is no doubt.
            likeliest = 1 / 3 + 2 / 3 * sure / 31
            assert np.abs(likeliest - ranked[:, 2])[decided].max() < 1 / 31 / 3 + 1e-4

    def test_loss_and_accuracy_in_the_sentence(self):
        for position, _, words in visit(LANDSCAPE):
            predictions = self.network(position, POINTS)
            loss, accuracy = numbers_in(words)[:2]
            assert loss == pytest.approx(self.loss(**position), abs=0.0006)
            right = np.count_nonzero(predictions.argmax(axis=1) == LABELS)
            assert accuracy == pytest.approx(right / 3, abs=0.06)
            assert f"accuracy {accuracy:.1f}%" in words

    def test_downhill_is_where_the_loss_falls(self):
        for position, _, words in visit(LANDSCAPE):
            here = self.loss(**position)
            if "bottom" in words:
                steps = itertools.product((-0.5, 0, 0.5), repeat=2)
                across, along = position.values()
                assert here <= min(self.loss(across + x, along + y) for x, y in steps)
                continue
            for axis, name in (("across", "hidden"), ("along", "output")):
                said = re.search(
                    rf"(raise|lower) the {name} weight \(slope (\S+)\)", plain(words)
                )
                ahead = self.loss(**{**position, axis: position[axis] + 0.05})
                assert ahead == pytest.approx(here + 0.05 * float(said[2]), abs=5e-5)
                assert said[1] == ("raise" if ahead < here else "lower")

    def test_there_is_one_valley_and_accuracy_is_best_elsewhere(self):
        frames = [
            (LANDSCAPE.compute(**place).words, place) for place in LANDSCAPE.positions()
        ]
        bottoms = [(words, place) for words, place in frames if "bottom" in words]
        assert len(bottoms) == 1
        loss, accuracy = numbers_in(bottoms[0][0])[:2]
        assert loss == min(numbers_in(words)[0] for words, _ in frames)
        assert np.log(3) - 0.02 < loss < np.log(3)
        assert accuracy < max(numbers_in(words)[1] for words, _ in frames) - 2

    def test_the_landscape_is_that_of_the_loss(self):
        heights = sheet_of(LANDSCAPE.title).constants["heights"]
        assert heights.shape == (80, 80)
        assert (heights.min(), heights.max()) == (0, 255)
        assert len(np.unique(heights)) <= 16  # in bands
        rng = np.random.default_rng(1)
        pixels = rng.integers(80, size=(300, 2))
        pixels[0] = np.unravel_index(heights.argmax(), heights.shape)
        pixels[1] = np.unravel_index(heights.argmin(), heights.shape)
        ticks = -4 + 8 * (np.arange(80) + 0.5) / 80
        losses = [self.loss(ticks[column], ticks[row]) for row, column in pixels]
        order = np.argsort(losses)
        assert (np.diff(heights[tuple(pixels[order].T)]) >= 0).all()

    def test_points(self):
        points = sheet_of(LANDSCAPE.title).constants["points"]
        np.testing.assert_allclose(points, np.column_stack([POINTS, LABELS]), rtol=1e-6)


class TestConfidence:
    def test_prediction_and_loss(self):
        for position, arrays, words in visit(CONFIDENCE):
            truth, rest = position.values()
            predictions = arrays["predictions"]
            assert arrays["target"] == [0]
            assert predictions[0] == pytest.approx(truth)
            assert predictions.sum() == pytest.approx(1)
            if truth < 1:
                share = predictions[1] / (predictions[1] + predictions[2])
                assert share == pytest.approx(rest, abs=1e-4)
            loss = nn.CategoricalCrossentropy().calculate(
                predictions[None], np.array([0])
            )
            np.testing.assert_allclose(
                arrays["here"], [truth, loss], rtol=1e-5, atol=1e-6
            )
            assert np.exp(-arrays["here"][1]) == pytest.approx(truth, rel=1e-4)
            got, of, cost, more, _ = numbers_in(words)
            assert (got, of) == (truth, truth)
            assert cost == pytest.approx(loss, abs=0.0006)
            half = nn.CategoricalCrossentropy().calculate(
                np.array([[truth / 2, 1 - truth / 2, 0]]), np.array([0])
            )
            assert more == pytest.approx(half - loss, abs=0.0006)

    @staticmethod
    def accuracy(truth, rest):
        others = (1 - truth) * rest
        predictions = np.array([[truth, others, 1 - truth - others]])
        return nn.CategoricalAccuracy().calculate(predictions, np.array([0]))

    def test_accuracy_changes_its_mind_at_the_border(self):
        for position, arrays, words in visit(CONFIDENCE):
            x, wrong = arrays["wrong"].T
            border = x[1]
            assert self.accuracy(border - 0.001, position["rest"]) == 0
            assert self.accuracy(border + 0.001, position["rest"]) == 1
            assert x.tolist() == [0, border, border, 1]
            assert wrong.tolist() == [1, 1, 0, 0]
            assert numbers_in(words)[-1] == pytest.approx(border, abs=0.0051)
            verdict = "right" if self.accuracy(**position) else "wrong"
            assert f"Accuracy only says: {verdict};" in words

    def test_the_curve_is_the_loss(self):
        x, loss = sheet_of(CONFIDENCE.title).constants["surprise"].T
        np.testing.assert_allclose(np.exp(-loss), x, rtol=1e-5)
        assert x[0] < 0.001
        assert x[-1] == 1
        assert np.diff(x).max() < 0.01


class TestTheKeptFrames:
    def test_they_are_current(self, capsys):
        assert main(["explorers", "--check"]) == 0, capsys.readouterr().out

    # A glance's are those of its recipe: test_glances.py.
    @pytest.mark.parametrize("recipe", whole_recipes().values(), ids=whole_recipes())
    def test_they_are_what_is_computed(self, recipe):
        kept, today = sheet_of(recipe.title), fresh(recipe)
        for kind in ("fields", "constants"):
            assert kept.header[kind] == today.header[kind]
        for name, array in today.constants.items():
            # A height that lies on the border of two bands may fall into either.
            off = ~np.isclose(kept.constants[name], array, rtol=1e-5, atol=1e-5)
            assert off.mean() <= 0.001
        places = list(today.recipe.positions())
        # Of a training, what it begins with, and what few epochs made of it.
        young = [places[::2], places[1::2]] if trains(recipe) else [places]
        for some, share in zip(young, (1e-4, 0.02), strict=False):
            for name, how in recipe.fields.items():
                pair = [
                    np.array([sheet.arrays(place)[name] for place in some])
                    for sheet in (kept, today)
                ]
                compare(*pair, how, share)
        for place in young[0]:
            assert agree(kept.words(place), today.words(place))


class TestTheSavedWidgets:
    @pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
    def test_every_chapter_has_its_explorers(self, path):
        number = int(path.name[:2])
        own = [
            title
            for title, recipe in recipes().items()
            if recipe.compute.__module__ == module(f"chapter{number}").__name__
        ]
        own += [GARMENT] if number == 12 else []
        own.sort(key=lambda title: not isinstance(recipes().get(title), Glance))
        assert list(widgets(path)) == own
        assert len(own) >= 1

    @pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
    def test_all_but_the_glance_stand_in_the_section_explore(self, path):
        inside, found = False, 1
        for cell in nbformat.read(path, as_version=4).cells:
            if "glance" in cell.metadata.get("tags", []):
                continue
            if cell.cell_type == "markdown":
                for heading in re.findall("^## (.*)$", cell.source, re.MULTILINE):
                    inside = heading.startswith("Explore")
            shown = [
                output for output in cell.get("outputs", []) if VIEW in str(output)
            ]
            assert inside or not shown
            found += len(shown)
        assert found == len(widgets(path))

    @every_notebook
    def test_each_is_made_by_one_call_that_says_what_it_is(self, path):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                if VIEW not in output.get("data", {}):
                    continue
                call = r"^explore\.(\w+\(\)|glance\(\d+\))$"
                assert re.search(call, cell.source, re.MULTILINE)
                assert output.data["text/plain"].startswith("[Explorer] ")
                assert "nbval-ignore-output" in cell.metadata.tags

    @every_notebook
    def test_a_line_stands_for_the_program_and_no_widget_is_large(self, path):
        notebook = nbformat.read(path, as_version=4)
        entries = notebook.metadata.widgets[STATE]["state"].values()
        assert len(entries) == 2 * len(widgets(path))  # each with its layout
        for entry in entries:
            program = {"_esm", "_css"} & set(entry["state"])
            assert all(entry["state"][name] == PROGRAM[name] for name in program)
            assert sum(len(entry["state"][name]) for name in program) < 200
            assert len(json.dumps(entry)) <= 150 * 1024

    @pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
    def test_axes_panes_and_options_are_todays(self, path):
        for title, widget in made_of_recipes(path):
            recipe = recipes()[title]
            explorer = (
                explore.glance(int(path.name[:2]))
                if isinstance(recipe, Glance)
                else Explorer(recipe, block=b"")
            )
            for name in ("title", "axes", "panes", "options", "position"):
                today = json.loads(json.dumps(getattr(explorer, name)))
                assert widget.state[name] == today

    @pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
    def test_frames_are_those_that_the_book_keeps(self, path):
        for title, widget in made_of_recipes(path):
            assert widget.block == block_of(title)


def made_of_recipes(path):
    """Return (title, widget) of the chapter's explorers that show a recipe's frames."""
    return [item for item in widgets(path).items() if item[0] != GARMENT]


def compare(saved, today, how, share=1e-4):
    """Fail unless the arrays agree, up to what another processor rounds differently.

    share: of the numbers, that may differ more: one in the middle of two, a place between two classes.
    """
    if how.exact:
        if share < 0.001:
            # 1 / 512 is the step to which the curves of chapter 2 are rounded.
            np.testing.assert_allclose(saved, today, rtol=1e-5, atol=1 / 512 + 1e-5)
        off = ~np.isclose(saved, today, rtol=1e-5, atol=1e-5, equal_nan=True)
    else:
        off = ~np.isclose(saved, today, rtol=0, atol=1.01 * how.step, equal_nan=True)
    assert off.mean() <= share


def test_what_differs_is_seen():
    saved, today = np.zeros((100, 100)), np.zeros((100, 100))
    byte, exact = NEURON.fields["score"], NEURON.fields["line"]
    saved[0, 0] = 5  # one place between two classes
    compare(saved, today, byte)
    saved[0, 1] = 5
    for how in (byte, exact):
        with pytest.raises(AssertionError):
            compare(saved, today, how)
    assert agree("Loss 1.234, accuracy 5.0%", "Loss 1.235, accuracy 4.9%")
    assert not agree("Loss 1.234, accuracy 5.0%", "Loss 1.236, accuracy 5.0%")
    assert not agree("Downhill: left", "Downhill: right")
    assert agree("x \N{MINUS SIGN}1.50", "x -1.49")


def test_every_explorer_can_be_called_twice(monkeypatch):
    playground = module("play")
    monkeypatch.setattr(playground, "block", lambda: b"")
    monkeypatch.setattr("bookkit.explore.explorer.sheet", lambda recipe: b"")
    source = "\n".join(
        cell.source
        for path in NOTEBOOKS
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    )
    calls = re.findall(r"^explore\.(\w+)\((\d*)\)", source, re.MULTILINE)
    assert len(calls) == sum(len(widgets(path)) for path in NOTEBOOKS) >= 7
    for name, number in calls:
        numbers = [int(number)] if number else []
        first, again = (getattr(explore, name)(*numbers) for _ in range(2))
        assert first.title == again.title
        assert first.title in {*recipes(), "The playground", GARMENT}


def test_the_playground_has_one_widget():
    assert list(widgets(PLAYGROUND)) == ["The playground"]
