"""The judge of exercises: what it says of wrong, broken and missing answers; and who catches bugs."""

from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from notebook_cells import CHAPTERS, LABS
from wrong_answers_1_to_3 import WRONG_ANSWERS as WRONG_ANSWERS_1_TO_3
from wrong_answers_4_to_6 import WRONG_ANSWERS as WRONG_ANSWERS_4_TO_6
from wrong_answers_7_to_9 import WRONG_ANSWERS as WRONG_ANSWERS_7_TO_9
from wrong_answers_10_to_13 import WRONG_ANSWERS as WRONG_ANSWERS_10_TO_13
from wrong_answers_lab_autograd import WRONG_ANSWERS as WRONG_ANSWERS_LAB_AUTOGRAD
from wrong_answers_lab_convolution import WRONG_ANSWERS as WRONG_ANSWERS_LAB_CONVOLUTION
from wrong_answers_lab_deep import WRONG_ANSWERS as WRONG_ANSWERS_LAB_DEEP
from wrong_answers_lab_recurrent import (
    WRONG_ANSWERS as WRONG_ANSWERS_LAB_RECURRENT,
)
from wrong_answers_lab_trainer import WRONG_ANSWERS as WRONG_ANSWERS_LAB_TRAINER

import bookkit
from bookkit import catches, check
from bookkit.checks import Exercise, exercises, judge
from nnfs_lib import Dense, Softmax


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(ValueError, match=r"There is no exercise '1\.9': 1\.1, 1\.2"):
        judge("1.9", None)
    with pytest.raises(ValueError, match="Chapter 99 has no exercises"):
        judge("99.1", None)
    with pytest.raises(ValueError, match=r"numbers look like \"1\.2\""):
        judge("one", None)


def test_check_prints_the_verdict(capsys):
    check("1.1", lambda n_inputs, n_neurons: n_inputs * n_neurons + n_neurons)
    assert capsys.readouterr().out.startswith(
        "Exercise 1.1, count the parameters: correct. "
    )


def test_an_answer_that_raises_is_told_where():
    source = "def answer(n_inputs, n_neurons):\n    return n_inputs / 0\n"
    names = {}
    exec(compile(source, "<cell>", "exec"), names)
    verdict = judge("1.1", names["answer"])
    assert not verdict.passed
    assert (
        "your code stopped with ZeroDivisionError: division by zero (line 2"
        in verdict.message
    )


def ring(samples, noise, rng, *, radii=(0.5, 1.0), turn=0, dtype=np.float32):
    """Return exercise 1.4's rings, with what a reader may get wrong."""
    angle = np.tile(2 * np.pi * np.arange(samples) / (samples - turn), 2)
    radius = np.repeat(radii, samples)
    X = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    return (X + noise * rng.standard_normal(X.shape)).astype(dtype), np.repeat(
        [0, 1], samples
    )


class Draws:
    """A generator whose normal numbers are the same for both coordinates, or uniform."""

    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind

    def standard_normal(self, shape):
        if self.kind == "uniform":
            return self.rng.uniform(-np.sqrt(3), np.sqrt(3), shape)
        return np.repeat(self.rng.standard_normal((shape[0], 1)), shape[1], axis=1)


def layer_of(weights, biases):
    """Return a Dense layer with these parameters."""
    layer = Dense(*weights.shape)
    layer.weights[:], layer.biases[:] = weights, biases
    return layer


def shift_all(probabilities):
    return np.log(probabilities) - np.log(probabilities).max()


def stay(loss_of, start, step_size, steps, rng):
    return start.copy(), [loss_of(start)] * (steps + 1)


def shifted_sum(z):
    return np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1))


def in_place(z, y):
    z -= z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def climber(
    size=1, draw="standard_normal", turns=False, own=False, equal=False, copy=True
):
    """Return exercise 3.5's climber, with one thing a reader may get wrong."""

    def climb(loss_of, start, step_size, steps, rng):
        rng = np.random.default_rng(0) if own else rng
        best = start.copy()
        losses = [loss_of(best)]
        for step in range(steps):
            candidate = best.copy() if copy else best
            index = step % best.size if turns else rng.integers(best.size)
            candidate[index] += size * step_size * getattr(rng, draw)()
            now = loss_of(candidate)
            if now < losses[-1] or (equal and now == losses[-1]):
                best = candidate
            losses.append(min(now, losses[-1]))
        return best, losses

    return climb


MISTAKES = [
    ("1.1", lambda n, m: n * m, "Every neuron has a bias too"),
    ("1.1", lambda n, m: n * m + n, "one bias for each neuron, not for each input"),
    ("1.1", lambda n, m: None, "returns None"),
    ("1.1", lambda n, m: 9, "another number"),
    ("1.2", lambda w, b, x: (x * w[0] + b) / w[1], "Check the sign"),
    ("1.2", lambda w, b, x: -(x * w[0] + b), "Divide everything by weights"),
    ("1.2", lambda w, b, x: -(x * w[0] - b) / w[1], "The bias has the same sign"),
    ("1.2", lambda w, b, x: x, "it should give 0"),
    ("1.3", lambda x, w, b: np.dot(x, w) + b, "do it with lists"),
    ("1.3", lambda x, w, b: np.dot(x, w).tolist(), "where are the biases"),
    ("1.3", lambda x, w, b: [(np.dot(x[0], w) + b).tolist()], r"has shape (1, 2)"),
    ("1.3", lambda x, w, b: [[1.0, 2.0], [3.0]], "every row needs the same length"),
    ("1.4", lambda s, n, rng: ring(s, n, rng)[0], "Return two arrays"),
    ("1.4", lambda s, n, rng: ring(s, n, rng, dtype=np.float64), "float32"),
    (
        "1.4",
        lambda s, n, rng: ring(s, n, rng, radii=(0.5, 2.0)),
        "class 1 has the distance 1",
    ),
    ("1.4", lambda s, n, rng: ring(s, n, rng, turn=1), "leave out the full turn"),
    ("1.4", lambda s, n, rng: ring(s, 2 * n, rng), "(standard deviation)"),
    (
        "1.4",
        lambda s, n, rng: ring(s, n, np.random.default_rng()),
        "use `rng` only",
    ),
    (
        "1.4",
        lambda s, n, rng: ring(s, n, np.random.default_rng(0)),
        "Two seeds give the same",
    ),
    ("1.4", lambda s, n, rng: ring(s, n, Draws(rng, "together")), "move together"),
    ("1.4", lambda s, n, rng: ring(s, n, Draws(rng, "uniform")), "is not normal"),
    (
        "1.5",
        lambda a, b: layer_of(a.weights @ b.weights, a.biases + b.biases),
        "the shapes",
    ),
    ("1.5", lambda a, b: layer_of(a.weights @ b.weights, b.biases), "b1 W2 + b2"),
    ("1.5", lambda a, b: a, r"weights, for layers 4 to 5 and 5 to 3, has shape (4, 5)"),
    ("2.1", lambda z, slope: np.maximum(z, 0), "That is ReLU"),
    ("2.1", lambda z, slope: np.maximum(z, 0.1 * z), "is yours fixed"),
    ("2.1", lambda z, slope: slope * z, "Positive numbers should pass"),
    (
        "2.1",
        lambda z, slope: np.where(z >= 1, z, slope * z),
        "Positive numbers should pass",
    ),
    ("2.2", lambda x: np.maximum(x, 0), "from 1 on, take away twice"),
    ("2.2", lambda x: np.maximum(x, 0) - 2 * np.maximum(x - 1, 0), "a third bend"),
    ("2.3", lambda z, t: Softmax().forward(z), "temperature changes nothing"),
    ("2.3", lambda z, t: Softmax().forward(z * t), "so divide"),
    (
        "2.3",
        lambda z, t: Softmax().forward(np.divide(z, t, out=z)),
        "changed the logits",
    ),
    ("2.3", lambda z, t: Softmax().forward(z) / t, "Divide the logits"),
    (
        "2.3",
        lambda z, t: np.exp(z / t) / np.exp(z / t).sum(axis=1, keepdims=True),
        "subtract the row's largest",
    ),
    ("2.4", lambda p: p, "use np.log"),
    ("2.4", np.log, "now shift each row"),
    ("2.4", shift_all, "Shift each row by its own largest"),
    ("2.4", lambda p: np.log(p) - np.log(p).max(axis=0), "Shift each row by its own"),
    (
        "2.4",
        lambda p: np.divide(p, p.max(axis=1, keepdims=True), out=p),
        "changed the prob",
    ),
    (
        "2.5",
        lambda: (layer_of(np.ones((2, 2)), 0), layer_of(np.ones((2, 1)), 0)),
        "For (0, 1) the network says 2.00. What does",
    ),
    ("2.5", lambda: Dense(2, 2), "Return two layers"),
    (
        "2.5",
        lambda: (layer_of(np.eye(2), 0), layer_of(np.ones((2, 1)), 0)),
        "only that one",
    ),
    ("3.1", lambda y, k: np.eye(k)[y], "float32 is asked for"),
    (
        "3.1",
        lambda y, k: np.eye(k, dtype=np.float32)[(y + 1) % k],
        "its 1 should be in column",
    ),
    ("3.2", lambda p, y: -np.log(p[np.arange(len(y)), y]).mean(), "That is the loss"),
    (
        "3.2",
        lambda p, y: np.mean(1 / p[np.arange(len(y)), y]),
        "exponential of the mean",
    ),
    ("3.3", lambda p, y: np.zeros((3, 3), int), "there are 4 samples"),
    (
        "3.3",
        lambda p, y: np.histogram2d(
            p.argmax(1), y, bins=(3, 3), range=((0, 3), (0, 3))
        )[0],
        "are swapped",
    ),
    (
        "3.4",
        lambda z, y: -np.log(Softmax().forward(z)[np.arange(len(y)), y] + 1e-30),
        "should cost 2000, not 16",
    ),
    (
        "3.4",
        lambda z, y: np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y],
        "its own largest logit",
    ),
    ("3.1", lambda y, k: np.eye(4, dtype=np.float32)[y], "(2, 4)"),
    (
        "3.2",
        lambda p, y: 1 / p[np.arange(len(y)), y].mean(),
        "average their logarithms",
    ),
    (
        "3.3",
        lambda p, y: np.histogram2d(y, p.argmax(1), (3, 3), ((0, 3), (0, 3)))[0],
        "row too",
    ),
    ("3.4", lambda z, y: shifted_sum(z) - z[np.arange(len(y)), y], "but not z_t"),
    ("3.4", in_place, "changed the logits"),
    ("3.5", stay, "of 3 are ever changed"),
    ("3.5", climber(size=2), "standard deviation 1.0"),
    ("3.5", climber(draw="uniform"), "add step_size * rng.standard_normal()"),
    ("3.5", climber(turns=True), "are changed in turn"),
    ("3.5", climber(own=True), "not from your own generator"),
    ("3.5", climber(equal=True), "should not be kept"),
    ("3.5", climber(copy=False), "work on a copy"),
]

ALL_MISTAKES = [
    *MISTAKES,
    *WRONG_ANSWERS_1_TO_3,
    *WRONG_ANSWERS_4_TO_6,
    *WRONG_ANSWERS_7_TO_9,
    *WRONG_ANSWERS_10_TO_13,
]
MISTAKES_IN_LABS = {
    "autograd": WRONG_ANSWERS_LAB_AUTOGRAD,
    "convolution": WRONG_ANSWERS_LAB_CONVOLUTION,
    "deep": WRONG_ANSWERS_LAB_DEEP,
    "recurrent": WRONG_ANSWERS_LAB_RECURRENT,
    "trainer": WRONG_ANSWERS_LAB_TRAINER,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("number", "answer", "hint"),
    [*ALL_MISTAKES, *chain.from_iterable(MISTAKES_IN_LABS.values())],
    ids=lambda value: value[:24] if isinstance(value, str) else type(value).__name__,
)
def test_typical_mistakes_get_their_hint(number, answer, hint):
    verdict = judge(number, answer)
    assert not verdict.passed
    assert verdict.message.startswith(f"Exercise {number}, ")
    assert hint in verdict.message


def test_every_exercise_has_a_mistake_here():
    chapters = [int(path.name[:2]) for path in CHAPTERS]
    known = {number for chapter in chapters for number in exercises(chapter)}
    assert known == {number for number, _, _ in ALL_MISTAKES}


def test_every_exercise_of_the_first_chapters_has_six_mistakes_or_more():
    counted = Counter(number for number, _, _ in ALL_MISTAKES)
    few = {n: k for n, k in counted.items() if int(n.partition(".")[0]) <= 6 and k < 6}
    assert not few


def test_merging_must_not_change_the_layers():
    def merge_in_place(first, second):
        first.weights *= 0
        return first

    assert "One of the two layers was changed" in judge("1.5", merge_in_place).message


def is_positive(value):
    assert value > 0, f"{value} is not positive"


def test_catches_prints_the_words_of_the_check(capsys):
    catches(is_positive, wrong=-1, right=1)
    printed = capsys.readouterr().out
    assert "is_positive" in printed
    assert "-1 is not positive" in printed


def test_a_check_that_cannot_tell_the_two_apart_proves_nothing():
    with pytest.raises(AssertionError, match="is_positive lets the wrong version pass"):
        catches(is_positive, wrong=2, right=1)
    with pytest.raises(AssertionError, match="-1 is not positive"):
        catches(is_positive, wrong=-2, right=-1)


def test_the_number_of_an_exercise_stands_in_quotes():
    with pytest.raises(TypeError, match=r'stands in quotes: check\("1\.1"'):
        judge(1.1, None)


def test_what_was_called_already_is_no_function():
    message = judge("1.1", 9).message
    assert "What it got is 9, int" in message
    assert "no parentheses behind it" in message


@pytest.mark.parametrize("answer", [len, (len,), (len, Dense, None, 1)])
def test_an_exercise_of_several_parts_lists_them(answer):
    message = judge("13.4", answer).message
    assert 'check("13.4", (mean_parameters, Model, nn))' in message


def test_text_where_a_number_is_wanted_is_said_so():
    message = judge("12.1", lambda *arguments: "188.16 MB").message
    assert "should be one number, not '188.16 MB' (str)" in message


def test_a_checker_that_stops_does_not_blame_the_reader(monkeypatch):
    names = {}
    place = Path(bookkit.__file__).parent / "exercises" / "broken.py"
    exec(compile("def broken(answer): {}['nothing']", str(place), "exec"), names)
    broken = {"1.1": Exercise("1.1", "broken", names["broken"])}
    monkeypatch.setattr("bookkit.checks.exercises", lambda chapter: broken)
    verdict = judge("1.1", len)
    assert not verdict.passed
    assert "the check itself stopped, and not your code, with KeyError" in (
        verdict.message
    )


def test_shapes_are_mentioned_only_where_shapes_meet():
    def raising(error):
        def answer(*arguments):
            raise error

        return judge("1.1", answer).message

    meets = ValueError("operands could not be broadcast together with shapes (2,) (3,)")
    assert "Print the shapes" in raising(meets)
    for error in (
        IndexError("list index out of range"),
        ValueError("not enough values to unpack (expected 2, got 0)"),
        ValueError("'x.npz' is a file of another kind."),
    ):
        assert "Print the shapes" not in raising(error)
        assert "your code stopped with" in raising(error)


def test_every_exercise_from_chapter_7_on_has_six_mistakes_here():
    for chapter in range(7, 14):
        for number in exercises(chapter):
            mistakes = [each for each, _, _ in ALL_MISTAKES if each == number]
            assert len(mistakes) >= 6, number


def test_every_exercise_of_a_lab_has_six_mistakes_here():
    assert set(MISTAKES_IN_LABS) == {path.stem for path in LABS}
    for lab, mistakes in MISTAKES_IN_LABS.items():
        counted = Counter(number for number, _, _ in mistakes)
        assert set(counted) == set(exercises(lab))
        assert min(counted.values()) >= 6


def test_a_lab_without_exercises_says_so():
    with pytest.raises(ValueError, match="Lab nowhere has no exercises"):
        judge("nowhere.1", None)
    with pytest.raises(ValueError, match=r"'autograd\.9': autograd\.1, autograd\.2"):
        judge("autograd.9", None)
