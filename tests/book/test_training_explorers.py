"""The explorers of chapters 4 to 6: gradients are differences of losses, and ways follow the rules."""

import functools
import itertools
import re

import numpy as np
import pytest
from explorer_blocks import numbers_in, sample, sheet_of, visit

import nnfs_lib as nn
from bookkit.explore.chapter4 import BACKPROPAGATION, WALK
from bookkit.explore.chapter5 import FUSED
from bookkit.explore.chapter6 import LOOKS, RACE, border
from bookkit.explore.surfaces import SURFACES
from bookkit.explore.walk import FORWARD, NAMES

DOT = "\N{DOT OPERATOR}"


def surprise(probabilities, target):
    """Return minus the log of the probability of the true class."""
    return -np.log(probabilities[target])


def softmax(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum()


class TestBackpropagation:
    # Two inputs, two hidden sums, their ReLUs, two logits, two probabilities, the loss.
    LETTERS = "xhazpLwbvc"

    @classmethod
    def parts(cls, numbers):
        """Return the arrays of the network by their letters."""
        ends = np.cumsum([2, 2, 2, 2, 2, 1, 4, 2, 4])
        pieces = dict(zip(cls.LETTERS, np.split(numbers, ends), strict=True))
        for letter in "wv":
            pieces[letter] = pieces[letter].reshape(2, 2)
        return pieces

    @staticmethod
    def forward(parts, target, since="x"):
        """Return all arrays, computed anew behind the one where `since` says to begin."""
        rules = {
            "h": lambda n: n["x"] @ n["w"] + n["b"],
            "a": lambda n: np.maximum(n["h"], 0),
            "z": lambda n: n["a"] @ n["v"] + n["c"],
            "p": lambda n: softmax(n["z"]),
            "L": lambda n: np.array([surprise(n["p"], target)]),
        }
        found, order = dict(parts), "xhazpL"
        for letter in order[order.index(since) + 1 :]:
            found[letter] = rules[letter](found)
        return found

    def exact(self, position):
        """Return the network's arrays at a position, with all digits: what is given has three at most."""
        values = sheet_of(BACKPROPAGATION.title).arrays(position)["values"]
        return self.forward(self.parts(np.round(values, 3)), position["target"])

    def test_what_the_reader_moves(self):
        for position, arrays, _ in visit(BACKPROPAGATION):
            parts = self.parts(arrays["values"])
            assert parts["w"][0, 0] == position["weight"]
            assert parts["x"][0] == position["value"]
            assert arrays["target"] == [position["target"]]

    def test_every_number_forward(self):
        for position, arrays, _ in visit(BACKPROPAGATION):
            shown, exact = self.parts(arrays["values"]), self.exact(position)
            for letter in self.LETTERS:
                np.testing.assert_allclose(shown[letter], exact[letter], atol=0.00051)

    def test_every_gradient_is_the_difference_of_losses(self):
        # Softmax sees to it that probabilities sum to 1; here each is moved alone.
        since = {"w": "x", "b": "x", "v": "a", "c": "a"}
        for position, arrays, _ in visit(BACKPROPAGATION):
            shown, exact = self.parts(arrays["gradients"]), self.exact(position)
            for letter in self.LETTERS:
                for place in np.ndindex(exact[letter].shape):
                    losses = []
                    for step in (-1e-6, 1e-6):
                        moved = {name: part.copy() for name, part in exact.items()}
                        moved[letter][place] += step
                        begin = since.get(letter, letter)
                        after = self.forward(moved, position["target"], begin)
                        losses.append(after["L"][0])
                    slope = np.diff(losses)[0] / 2e-6
                    assert shown[letter][place] == pytest.approx(slope, abs=0.00051)

    def test_a_step_uses_what_is_there_and_every_number_is_computed_once(self):
        table = sheet_of(BACKPROPAGATION.title).constants["walk"]
        assert table.shape == (len(WALK) + 1, 2 * len(NAMES))
        assert list(BACKPROPAGATION.axes[-1].values) == list(range(1, len(WALK) + 1))
        given = [name[0] in "xwbvc" for name in NAMES] + [False] * len(NAMES)
        np.testing.assert_array_equal(table[0], given)
        for before, now in itertools.pairwise(table):
            assert ((now > 0) >= (before > 0)).all()
            np.testing.assert_array_equal((now > 0) & (before == 0), now == 3)
        times = (table == 3).sum(axis=0)
        last = NAMES.index("L") + len(NAMES)  # the loss's gradient of itself is no news
        assert np.flatnonzero(times != ~np.array(given)).tolist() == [last]

    def test_what_lights_up_is_what_the_sentence_says(self):
        table = sheet_of(BACKPROPAGATION.title).constants["walk"]
        for position, arrays, words in visit(BACKPROPAGATION):
            both = np.concatenate([arrays["values"], arrays["gradients"]])
            lit = table[position["step"]]
            said = set(np.abs(numbers_in(words)).round(3))
            computed = np.abs(both[lit == 3]).round(3)
            assert set(computed) <= said, words
            if (lit == 3).any():
                said.add(0)  # changes no sum
                if position["step"] == len(FORWARD) + 1:  # where the way back begins
                    said.add(np.abs(arrays["values"][NAMES.index("L")]).round(3))
                assert set(np.abs(both[lit == 2]).round(3)) <= said, words

    @staticmethod
    def worth(term):
        """Return what a term of numbers is worth, or None where it holds letters."""
        term = term.replace(DOT, "*").replace("ln ", "log")
        term = re.sub(r"log([\d.]+)", r"log(\1)", term)
        names = {"exp": np.exp, "log": np.log, "max": max}
        if re.search("[a-zA-Z]", re.sub("exp|log|max", "", term)):
            return None
        return eval(term, names)

    def test_every_equation_of_every_sentence_holds(self):
        equations = 0
        for _, _, words in visit(BACKPROPAGATION):
            for sentence in re.split(r"\. |: |, and |; | of ", words.rstrip(".")):
                terms = sentence.split(" = ")
                values = [self.worth(term.strip(" .,")) for term in terms[1:]]
                known = [value for value in values if value is not None]
                equations += len(known) > 1
                for one, other in itertools.pairwise(known):
                    # Of three digits each, and products of up to three of them.
                    assert one == pytest.approx(other, abs=0.004), words
        assert equations > 40

    def test_a_closed_relu_blocks_the_gradient(self):
        fates = {"open": 0, "closed": 0}
        for weight, value in itertools.product(*(a.values for a in self.hand())):
            position = {**BACKPROPAGATION.start(), "weight": weight, "value": value}
            exact = self.exact(position)
            fate = "open" if exact["h"][0] > 0 else "closed"
            fates[fate] += 1
            words = sheet_of(BACKPROPAGATION.title).words({**position, "step": 3})
            assert f"This ReLU is {fate}" in words
            words = sheet_of(BACKPROPAGATION.title).words({**position, "step": 19})
            assert f"the gate is {fate}" in words
            arrays = sheet_of(BACKPROPAGATION.title).arrays(position)
            gradients = self.parts(arrays["gradients"])
            assert gradients["a"][0]
            assert exact["h"][1] > 0
            if fate == "closed":
                stopped = [gradients["h"][0], *gradients["w"][:, 0], gradients["b"][0]]
                assert not np.any([*stopped, *gradients["v"][0]])
        assert min(fates.values()) > 20

    @staticmethod
    def hand():
        return [a for a in BACKPROPAGATION.axes if a.name in ("weight", "value")]

    def test_the_reader_can_close_and_open_it_with_the_weight_alone(self):
        start, [weight, _] = BACKPROPAGATION.start(), self.hand()
        sums = [self.exact({**start, "weight": w})["h"][0] for w in weight.values]
        assert min(sums) < 0 < max(sums)

    def test_what_learning_does_to_the_loss(self):
        verbs = set()
        for position in sample(BACKPROPAGATION, 300):
            position["step"] = len(WALK)
            exact, target = self.exact(position), position["target"]
            arrays = sheet_of(BACKPROPAGATION.title).arrays(position)
            gradients = self.parts(arrays["gradients"])
            moved = dict(exact)
            for letter in "wbvc":
                moved[letter] = exact[letter] - 0.1 * gradients[letter]
            after = self.forward(moved, target)["L"][0]
            words = sheet_of(BACKPROPAGATION.title).words(position)
            _, before_said, after_said = numbers_in(words)[:3]
            assert before_said == pytest.approx(exact["L"][0], abs=0.00051)
            assert after_said == pytest.approx(after, abs=0.0015)
            assert ("falls" in words) == (after < exact["L"][0])
            stays = "No weight into or out of a\N{SUBSCRIPT ZERO} moves, nor its bias"
            assert (stays in words) == (exact["h"][0] <= 0)
            verbs |= set(re.findall("does not fall|falls", words))
        assert verbs == {"falls"}


class TestFused:
    @staticmethod
    def logits(position):
        return np.array([position[name] for name in ("first", "second", "third")])

    def test_the_push_is_one_hot_minus_the_probabilities(self):
        for position, arrays, _ in visit(FUSED):
            logits, target = self.logits(position), position["target"]
            probabilities = softmax(logits)
            np.testing.assert_allclose(
                arrays["probabilities"], probabilities, atol=1e-6
            )
            push = np.eye(3)[target] - probabilities
            np.testing.assert_allclose(arrays["push"], push, atol=0.00051)
            np.testing.assert_array_equal(arrays["logits"], logits)
            assert arrays["target"] == [target]
            assert np.abs(arrays["push"]).max() <= 1

    def test_two_steps_are_softmax_after_a_loss_that_stops_at_its_guard(self):
        for position, arrays, _ in visit(FUSED):
            shares = softmax(self.logits(position).astype(np.float32))
            truth = shares[position["target"]]
            share = truth / max(truth, np.float32(1e-7))  # 1, unless the guard is there
            push = share * (np.eye(3)[position["target"]] - shares)
            np.testing.assert_allclose(arrays["blunt"], push, atol=0.00052)

    def test_the_gradient_in_the_sentence(self):
        for position, arrays, words in visit(FUSED):
            logits, target = self.logits(position), position["target"]
            loss, *gradient = numbers_in(words)[:4]
            exact = np.log(np.exp(logits - logits.max()).sum()) + logits.max()
            assert loss == pytest.approx(exact - logits[target], abs=0.0006)
            np.testing.assert_allclose(gradient, -arrays["push"], atol=1e-6)
            assert "sums to zero" in words
            whole = nn.SoftmaxCategoricalCrossentropy().backward(
                logits[None].astype(np.float32), np.array([target])
            )
            assert abs(whole.sum()) < 1e-6

    def test_who_is_pushed_hardest(self):
        seen = set()
        for position, arrays, words in visit(FUSED):
            target, push = position["target"], arrays["push"]
            if "no logit is pushed" in words:
                seen.add("none")
                assert not push.any()
                continue
            assert np.abs(push).max() == push[target] > 0
            lacks = re.search(r"pushes class (\d) up by (\S+), what", words)
            assert (int(lacks[1]), float(lacks[2])) == (
                target,
                pytest.approx(push[target]),
            )
            down = re.search(
                r"Class (\d) goes down most, by its probability, (\S+)\. ", words
            )
            others = np.delete(push, target)
            if down:
                seen.add("one")
                assert push[int(down[1])] == others.min()
                assert float(down[2]) == pytest.approx(-others.min())
            else:
                seen.add("both")
                assert "The others go down by half of that each." in words
                assert np.ptp(others) < 0.0011
        assert seen == {"none", "one", "both"}

    def test_what_two_steps_lose(self):
        fates = {"Two steps come to the same": 0, "blunt": 0, "lost": 0}
        for position, arrays, words in visit(FUSED):
            target = position["target"]
            truth = softmax(self.logits(position).astype(np.float32))[target]
            same = np.abs(arrays["push"] - arrays["blunt"]).max() <= 0.001
            fate = (
                "Two steps come to the same" if same else "blunt" if truth else "lost"
            )
            assert [each for each in fates if each in words] == [fate]
            fates[fate] += 1
            if fate == "same":
                continue
            if fate == "lost":
                assert not arrays["blunt"].any()
            if fate == "blunt":
                said = numbers_in(words.partition("blunt")[2])
                assert said[1] == pytest.approx(truth, rel=0.06)
                assert said[2:] == [1e-7, pytest.approx(arrays["blunt"][target])]
                assert truth < 1e-7
        assert min(fates.values()) > 4

    def test_sure_and_right_sure_and_wrong(self):
        start = FUSED.start()
        right = FUSED.compute(**{**start, "first": -20, "second": 20, "third": -20})
        assert not right.arrays["push"].any()
        wrong = FUSED.compute(**{**start, "first": 20, "second": -20, "third": -20})
        assert wrong.arrays["push"].tolist() == [-1, 1, 0]


HEIGHTS = {
    "bowl": lambda x, y: (x**2 + y**2) / 2,
    "ravine": lambda x, y: x**2 / 10 + 4 * y**2,
    "saddle": lambda x, y: x**2 / 2 + (y**2 - 6) ** 2 / 24,
}
START = {"bowl": (-3.2, 2.4), "ravine": (-3.5, 1.2), "saddle": (-3, 0.02)}


def turned(name, degrees):
    """Return height and start of a surface: a turn is a product with a number on the circle."""
    along = np.exp(1j * np.radians(degrees))
    start = complex(*START[name]) * along

    def height(x, y):
        back = (x + 1j * y) * along.conjugate()
        return HEIGHTS[name](back.real, back.imag)

    return height, (start.real, start.imag)


RACERS = [look["label"] for look in LOOKS]


def slopes(height, place, step=1e-5):
    """Return the gradient of a height by central differences."""
    moves = step * np.eye(2)
    return np.array(
        [(height(*(place + m)) - height(*(place - m))) / (2 * step) for m in moves]
    )


def journey(racer, height, place, position, steps=40):
    """Yield the places of an optimizer, by its rule as the papers have it."""
    speed, squares, place = np.zeros(2), np.zeros(2), np.array(place, dtype=float)
    for t in range(1, steps + 1):
        yield place.copy()
        rate = position["rate"] / (1 + position["decay"] * (t - 1))
        # In a parabola differences are exact, and the longer the step the less is rounding,
        # which long steps of RMSprop would make grow.
        parabola = position["surface"] in ("bowl", "ravine")
        g = slopes(height, place, 1.0 if parabola else 1e-5)
        if racer in ("SGD", "momentum"):
            keep = position["momentum"] if racer == "momentum" else 0
            speed = keep * speed - rate * g
            place += speed
            continue
        speed = 0.9 * speed + 0.1 * g
        squares = {
            "Adagrad": squares + g**2,
            "RMSprop": 0.9 * squares + 0.1 * g**2,
            "Adam": 0.999 * squares + 0.001 * g**2,
        }[racer]
        if racer == "Adam":
            place -= (
                rate * speed / (1 - 0.9**t) / (np.sqrt(squares / (1 - 0.999**t)) + 1e-7)
            )
        else:
            place -= rate * g / (np.sqrt(squares) + 1e-7)
    yield place.copy()


class TestRace:
    def test_the_ways_are_those_of_the_rules(self):
        byte = RACE.fields["paths"].step
        turns = [
            RACE.check({"surface": name, "rate": rate, "turn": turn})
            for name in HEIGHTS
            for rate in (0.03, 0.1, 0.3)
            for turn in (22.5, 45, 90)
        ]
        frames = [(place, RACE.compute(**place).arrays) for place in turns]
        for position, arrays, *_ in [*visit(RACE), *frames]:
            if position["surface"] not in HEIGHTS:
                continue
            height, start = turned(position["surface"], position["turn"])
            for racer, path in zip(RACERS, arrays["paths"], strict=True):
                way = np.array([*journey(racer, height, start, position)])
                out = np.flatnonzero(np.abs(way).max(axis=1) > 4)
                end = out[0] if out.size else 41
                # What is nearly zero, an epsilon away, is not the test's.
                np.testing.assert_allclose(path[:end], way[:end], atol=0.6 * byte)
                if out.size:
                    assert np.abs(path[end]).max() == pytest.approx(4, abs=byte)
                    (x, y), (far_x, far_y) = (
                        path[end] - way[end - 1],
                        way[end] - way[end - 1],
                    )
                    aside = (x * far_y - y * far_x) / np.hypot(far_x, far_y)
                    assert abs(aside) <= byte
                assert np.isnan(path[end + 1 :]).all()

    def test_the_start_moves_by_shares_of_the_way_to_the_border(self):
        for across, up, expected in (
            (0, 0, (-3.5, 1.2)),
            (-1, 1, (-4, 4)),
            (0.5, -0.5, (0.25, -1.4)),
        ):
            place = RACE.check({"across": across, "up": up})
            for path in RACE.compute(**place).arrays["paths"]:
                np.testing.assert_allclose(path[0], expected)

    def test_the_map_is_turned_with_the_surface(self):
        place = RACE.check({"surface": "ravine", "turn": 90})
        heights = RACE.compute(**place).arrays["ravine"]
        plain = sheet_of(RACE.title).constants["ravine"]
        assert (np.rot90(heights) != plain).mean() < 0.01  # where bands meet
        assert (heights != plain).mean() > 0.5

    def test_the_networks_gradient_is_the_difference_of_its_losses(self):
        spiral = SURFACES["spiral"]
        rng = np.random.default_rng(3)
        off = 0
        for place in rng.uniform(-4, 4, size=(100, 2)):
            wanted = slopes(spiral.height, place)
            found = spiral.gradient(*place)
            off += not np.allclose(found, wanted, rtol=1e-4, atol=1e-6)
        assert off <= 2  # a difference that crosses a corner of a ReLU

    def test_no_place_on_the_map_is_lower_than_the_lowest(self):
        for name, surface in SURFACES.items():
            rng = np.random.default_rng(0)
            places = rng.uniform(-4, 4, size=(5000, 2)).tolist()
            lowest = min(surface.height(*place) for place in places)
            assert surface.lowest <= lowest <= surface.lowest + 0.05, name
        spiral = SURFACES["spiral"]
        near = rng.uniform(-0.3, 0.3, size=(5000, 2)).tolist()
        assert min(spiral.height(*place) for place in near) >= spiral.lowest - 1e-9

    def test_heights_are_those_of_the_places(self):
        byte, low = RACE.fields["heights"].step, -4

        @functools.cache  # frames of one race share their places
        def around(name, *place):
            """Return the lowest and the highest height near a place, above the lowest of all."""
            surface = SURFACES[name]
            near = [
                surface.height(*(np.array(place) + move).tolist()) - surface.lowest
                for move in itertools.product((-0.017, 0, 0.017), repeat=2)
            ]
            return min(near), max(near)

        for position, arrays, _ in visit(RACE):
            for path, heights in zip(arrays["paths"], arrays["heights"], strict=True):
                gone = np.isnan(heights)
                # The place on the border is where one was seen last, and has no height.
                np.testing.assert_array_equal(
                    np.isnan(path).all(axis=1)[1:], gone[:-1] & gone[1:]
                )
                for place, height in zip(path[~gone], heights[~gone], strict=True):
                    least, most = around(position["surface"], *place.tolist())
                    lowest = np.log10(least) if least > 0.01 else low
                    highest = np.log10(max(most, 10.0**low))
                    assert lowest - byte <= height <= max(highest, low) + byte

    def test_the_sentence(self):
        gone_once = False
        for position, arrays, words in visit(RACE):
            step, heights = position["step"], arrays["heights"]
            if not step:
                assert "All five stand at the same place" in words
                assert np.ptp(heights[:, 0]) == 0
                assert np.log10(numbers_in(words)[0]) == pytest.approx(
                    heights[0, 0], abs=0.02
                )
                continue
            ranks, _, off = words.partition("Off the map: ")
            said = re.findall(r"(\w+) (below 0\.0001|[\d.]+)(?=,|\. |\.$)", ranks)
            there = {
                racer: row[step]
                for racer, row in zip(RACERS, heights, strict=True)
                if not np.isnan(row[step])
            }
            assert {racer for racer, _ in said} == set(there)
            assert f"After {step} step" in words
            assert ("nobody is left" in words) == (not there)
            values = [float(text.removeprefix("below ")) for _, text in said]
            assert values == sorted(values)
            for racer, text in said:
                high = -4 if "below" in text else np.log10(float(text))
                assert high == pytest.approx(there[racer], abs=0.02)
            left = dict(re.findall(r"(\w+) \(step (\d+)\)", off))
            gone_once |= bool(left)
            assert set(left) == set(RACERS) - set(there)
            for racer, number in left.items():
                row = heights[RACERS.index(racer)]
                assert np.isnan(row[int(number)])
                assert not np.isnan(row[int(number) - 1])
        assert gone_once

    def test_who_leaves_is_said_to_have_left_from_that_step_on(self):
        place = {**RACE.start(), "rate": 0.3}
        said = [RACE.compute(**{**place, "step": step}).words for step in range(41)]
        gone = np.isnan(RACE.compute(**place).arrays["heights"][0])
        assert 0 < gone.argmax() < 40
        assert [f"SGD (step {gone.argmax()})" in words for words in said] == [*gone]

    def test_where_a_way_meets_the_border(self):
        for inside, outside, expected in (
            ((0, 0), (8, 6), (4, 3)),
            ((0, 0), (-6, 8), (-3, 4)),
            ((2, 1), (2, -9), (2, -4)),
            ((-3, 0), (-5, 1), (-4, 0.5)),
        ):
            found = border(*(np.array(place, float) for place in (inside, outside)))
            np.testing.assert_allclose(found, expected)

    def test_at_a_high_rate_plain_descent_explodes_in_the_ravine_and_nowhere_at_a_low_one(
        self,
    ):
        sheet = sheet_of(RACE.title)
        ends = {}
        for surface, rate in itertools.product(*(a.values for a in RACE.axes[:2])):
            place = {**RACE.start(), "surface": surface, "rate": rate, "step": 40}
            ends[surface, rate] = np.isnan(sheet.arrays(place)["heights"][0, -1])
        assert [ends["ravine", rate] for rate in RACE.axes[1].values] == [
            *(False, False, False),
            *(True, True),
        ]
        assert not any(ends["bowl", rate] for rate in RACE.axes[1].values)

    def test_the_landscapes(self):
        for name, surface in SURFACES.items():
            heights = sheet_of(RACE.title).constants[name]
            assert heights.shape == (64, 64)
            assert (heights.min(), heights.max()) == (0, 255)
            assert set(np.unique(heights)) <= set(range(0, 256, 17))  # in bands
            pixels = np.random.default_rng(1).integers(64, size=(200, 2))
            ticks = (-4 + 8 * (np.arange(64) + 0.5) / 64).tolist()
            found = [
                surface.height(ticks[column], ticks[row]) for row, column in pixels
            ]
            assert (np.diff(heights[tuple(pixels[np.argsort(found)].T)]) >= 0).all()

    def test_every_racer_looks_different(self):
        for key in ("label", "color", "dash", "marker"):
            assert len({str(look[key]) for look in LOOKS}) == len(RACERS) == 5
