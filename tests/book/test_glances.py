"""The chapters' glances: a small part of an explorer and a question, on the first screen."""

import json
import re

import nbformat
import numpy as np
import pytest
from explorer_blocks import STATE, VIEW, block_of, module, numbers_in, recipes, sheet_of
from notebook_cells import CHAPTERS

import nnfs_lib as nn
from bookkit.explore.chapter4 import Network, all_numbers
from bookkit.explore.chapter12 import turned
from bookkit.explore.glances import Glance, glance
from bookkit.explore.judge import books_model, drawn
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe
from bookkit.garments import CLASSES

GLANCES = {
    path.stem: module(f"chapter{int(path.name[:2])}").GLANCE for path in CHAPTERS
}
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
each = pytest.mark.parametrize("own", GLANCES.values(), ids=list(GLANCES))
parts = pytest.mark.parametrize(
    ("own", "whole"),
    [
        (own, recipes()[title])
        for own in GLANCES.values()
        if (title := own.title.removesuffix(", at a glance")) != own.title
    ],
    ids=lambda recipe: recipe.title,
)


def moved(recipe):
    """Return the axes that have a control."""
    return [axis for axis in recipe.axes if len(axis.offered) > 1]


def neighbors(recipe):
    """Yield pairs of positions that are a step of one axis apart."""
    for position in recipe.positions():
        for axis in moved(recipe):
            place = axis.values.index(position[axis.name]) + 1
            if place < len(axis.values):
                yield position, {**position, axis.name: axis.values[place]}


class TestTheChapters:
    def test_all_glances_are_in_use(self):
        used = {own.title for own in GLANCES.values()}
        assert used == {
            title for title, each in recipes().items() if isinstance(each, Glance)
        }
        assert len(used) == len(CHAPTERS)

    @every_chapter
    def test_it_stands_right_behind_the_first_words(self, path):
        first, second, third, *rest = nbformat.read(path, as_version=4).cells
        assert first.source.startswith("# ")
        assert "\n#" not in first.source
        number = int(path.name[:2])
        call = f"from bookkit import explore\n\nexplore.glance({number})"
        assert second.source == call
        assert second.metadata.tags == ["code-below", "glance", "nbval-ignore-output"]
        assert VIEW in second.outputs[0].data
        assert third.source.startswith("**What you'll build**")
        assert not any("glance(" in cell.source for cell in rest)

    @every_chapter
    def test_what_the_page_holds_of_it_is_little(self, path):
        notebook = nbformat.read(path, as_version=4)
        key = notebook.cells[1].outputs[0].data[VIEW]["model_id"]
        entry = notebook.metadata.widgets[STATE]["state"][key]
        assert len(json.dumps(entry)) <= 16 * 1024

    @each
    def test_one_question_one_or_two_pictures_one_or_two_controls(self, own):
        assert re.fullmatch(r"[A-Z][^.?!]+\?", own.question)
        assert 1 <= len(own.panes) <= 2
        assert 1 <= len(moved(own)) <= 2
        assert own.play in {axis.name for axis in moved(own)}
        assert len(block_of(own.title)) <= 10 * 1024

    def test_no_question_is_asked_twice(self):
        assert len({own.question for own in GLANCES.values()}) == len(CHAPTERS)


class TestFrames:
    @parts
    def test_they_are_the_recipes_to_the_bit(self, own, whole):
        assert own.compute is whole.compute
        known = {axis.name: axis.values for axis in whole.axes}
        few, all_ = sheet_of(own.title), sheet_of(whole.title)
        shared = [
            position
            for position in own.positions()
            if all(position[name] in values for name, values in known.items())
        ]
        assert len(shared) >= 2
        for position in shared:
            arrays = all_.arrays(position)
            assert (
                few.header["words"][few.index(position)]
                == (all_.header["words"][all_.index(position)])
            )
            for name, array in few.arrays(position).items():
                np.testing.assert_array_equal(array, arrays[name])
        for name, array in few.constants.items():
            np.testing.assert_array_equal(array, all_.constants[name])

    @parts
    def test_the_kernel_takes_what_the_recipe_offers(self, own, whole):
        known = {axis.name: axis for axis in whole.axes}
        for axis in moved(own):
            assert set(known[axis.name].offered) <= set(axis.offered)
            assert set(axis.values) <= set(known[axis.name].offered)

    @each
    def test_a_step_changes_the_picture_and_a_few_change_the_sentence(self, own):
        sheet = sheet_of(own.title)
        marked = {name for pane in own.panes for name in pane.get("mark", [])}
        said = [own.said[0] < len(text.split(". ")) for text in sheet.header["words"]]
        assert all(said)
        same = pairs = 0
        for here, there in neighbors(own):
            pairs += 1
            same += sheet.words(here) == sheet.words(there)
            arrays = sheet.arrays(there)
            assert any(here[name] != there[name] for name in marked) or any(
                not np.array_equal(array, arrays[name], equal_nan=True)
                for name, array in sheet.arrays(here).items()
            )
        assert same <= pairs / 4


class TestWhatIsKept:
    @staticmethod
    def recipe():
        def compute(slope, height, color):
            arrays = {name: np.array([slope]) for name in ("one", "other")}
            return Frame(arrays, f"{color}. At {height}.")

        fields = {"one": EXACT, "other": Field(0, 1)}
        axes = (
            Axis("slope", "Slope", (0, 1, 2), 1, (3,)),
            Axis("height", "Height", (0, 1), 0),
            Axis("color", "Color", ("red", "blue"), "red"),
        )
        constants = dict.fromkeys(("red", "blue", "gray"), np.zeros(2))
        panes = ({"kind": "map", "field": "one"}, {"kind": "map", "by": "color"})
        return Recipe(
            "Whole", axes, panes, fields, compute, "height", 9, constants=constants
        )

    def test_what_is_not_moved_stands_still(self):
        whole = self.recipe()
        own = glance(
            whole,
            "Which?",
            whole.panes[0],
            move={"slope": (0, 3)},
            slope=3,
            color="blue",
        )
        assert list(own.positions()) == [
            {"slope": slope, "height": 0, "color": "blue"} for slope in (0, 3)
        ]
        assert own.start()["slope"] == 3
        assert own.axes[0].offered == (0, 1, 2, 3)
        assert [axis.offered for axis in own.axes[1:]] == [(0,), ("blue",)]
        assert (own.play, own.pace) == ("slope", whole.pace)
        assert (own.title, own.question) == ("Whole, at a glance", "Which?")

    def test_what_is_not_drawn_is_not_kept(self):
        whole = self.recipe()
        titled = {**whole.panes[0], "title": "other"}
        own = glance(whole, "Which?", titled, move={"slope": (0, 1)})
        assert list(own.fields) == ["one"]
        assert own.constants == {}
        own = glance(whole, "Which?", whole.panes[1], move={"color": ("red", "blue")})
        assert list(own.fields) == []
        assert list(own.constants) == ["red", "blue"]


class TestOneWeight:
    own = GLANCES["04_backpropagation"]
    sheet = sheet_of(own.title)

    @staticmethod
    def loss(weight):
        return all_numbers(Network(weight), 1.0, 1)["L"]

    def test_the_gradient_is_the_slope_of_the_curve(self):
        for position in self.own.positions():
            weight = position["weight"]
            (x0, y0), (x1, y1) = self.sheet.arrays(position)["line"]
            slope = (self.loss(weight + 1e-6) - self.loss(weight - 1e-6)) / 2e-6
            assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, abs=1e-5)
            here = self.sheet.arrays(position)["here"]
            np.testing.assert_allclose(here, [weight, self.loss(weight)], rtol=1e-6)
            np.testing.assert_allclose([(x0 + x1) / 2, (y0 + y1) / 2], here, atol=1e-6)
            told = numbers_in(self.sheet.words(position))
            assert told[:2] == [weight, pytest.approx(self.loss(weight), abs=0.0006)]
            assert told[2] == pytest.approx(slope, abs=0.0006)
            closed = "is closed" in self.sheet.words(position)
            assert closed == (slope == 0)

    def test_the_curve_is_the_loss(self):
        weights, losses = self.sheet.constants["loss"].T
        np.testing.assert_allclose(
            losses, [self.loss(each) for each in weights], rtol=1e-6
        )

    def test_there_is_an_answer(self):
        zero = [
            position["weight"]
            for position in self.own.positions()
            if "is closed" in self.sheet.words(position)
        ]
        assert zero == [weight for weight in self.own.axes[0].values if weight < 0.22]


class TestTwoKinks:
    own = GLANCES["09_regression"]
    sheet = sheet_of(own.title)
    X, Y = (array[:, 0].astype(float) for array in nn.sine_data(100))

    @classmethod
    def best(cls, corners):
        """Return the heights at the corners of the best line through them, and its error; without neurons."""
        hats = np.column_stack(
            [np.interp(cls.X, corners, hat) for hat in np.eye(len(corners))]
        )
        heights = np.linalg.lstsq(hats, cls.Y, rcond=None)[0]
        return heights, np.mean((hats @ heights - cls.Y) ** 2)

    def test_no_line_with_these_bends_is_better(self):
        for position in self.own.positions():
            first, second = position.values()
            corners = sorted({0.0, first, second, 1.0})
            heights, error = self.best(corners)
            drawn_ = self.sheet.arrays(position)["curve"]
            np.testing.assert_allclose(np.unique(drawn_[:, 0]), corners, atol=1e-6)
            expected = np.interp(drawn_[:, 0], corners, heights)
            assert np.abs(drawn_[:, 1] - expected).max() < 1 / 1024 + 1e-5
            words = numbers_in(self.sheet.words(position))
            assert words[:2] == [first, second]
            assert words[2] == pytest.approx(error, abs=6e-5)
            assert words[3] == pytest.approx(self.best([0, 1])[1], abs=6e-5)
            bends = self.sheet.arrays(position)["kinks"][:, :2]
            np.testing.assert_array_equal(bends, drawn_[1:3])

    def test_it_is_best_to_bend_at_the_top_and_at_the_bottom(self):
        errors = {
            tuple(sorted(position.values())): numbers_in(self.sheet.words(position))[2]
            for position in self.own.positions()
        }
        assert min(errors, key=errors.get) == (0.25, 0.75)


class TestATurnedDress:
    own = GLANCES["12_dataset"]
    sheet = sheet_of(own.title)
    dress = drawn()[3]

    def test_quarter_turns(self):
        np.testing.assert_array_equal(turned(self.dress, 0), self.dress)
        for degrees, times in ((90, -1), (-90, 1), (180, 2)):
            found = turned(self.dress, degrees).astype(int)
            assert np.abs(found - np.rot90(self.dress, times)).max() <= 1

    def test_what_the_network_says(self):
        names = list(CLASSES)
        for position in self.own.positions():
            picture = turned(self.dress, position["turn"])
            arrays = self.sheet.arrays(position)
            np.testing.assert_array_equal(arrays["picture"], picture[::-1])
            [says] = books_model().predict(picture[np.newaxis])
            dress, sandal, bag, others = arrays["answers"]
            expected = [says[names.index(name)] for name in ("Dress", "Sandal", "Bag")]
            np.testing.assert_allclose([dress, sandal, bag], expected, atol=1e-4)
            assert dress + sandal + bag + others == pytest.approx(1, abs=1e-5)
            assert f"takes it for: {names[says.argmax()]}, " in self.sheet.words(
                position
            )

    def test_there_is_an_answer(self):
        taken = {
            position["turn"]: re.search(r"for: (\S+),", self.sheet.words(position))[1]
            for position in self.own.positions()
        }
        assert [taken[turn] for turn in (-20, 0, 10)] == ["Dress"] * 3
        assert [taken[turn] for turn in (20, 30, 60)] == ["Sandal"] * 3
