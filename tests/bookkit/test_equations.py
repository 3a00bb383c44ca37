"""What a badge says of equations is measured again, and a library that is wrong by 0.1 % is caught."""

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nnfs_lib
from bookkit.__main__ import main
from bookkit.equations import command, layers, measures, oracles
from bookkit.equations.table import EQUATIONS, Equation

ROOT = Path(__file__).parents[2]
KEPT = json.loads((ROOT / command.FILE).read_text(encoding="utf-8"))
LIBRARY = measures.everything()
ADVICE = "run `python -m bookkit equations`"
# Processors round differently, and the differences of a function magnify it.
MARGIN = 10
# Errors of this size are roundings of the last digits: on another processor they may be zero.
LAST_DIGITS = 2e-15

ALL = [
    pytest.param(chapter, place, id=f"{chapter} {equation.name}, {equation.against}")
    for chapter, equations in EQUATIONS.items()
    for place, equation in enumerate(equations)
]


def test_every_equation_is_kept():
    expected = {
        str(chapter): [(equation.name, equation.against) for equation in equations]
        for chapter, equations in EQUATIONS.items()
    }
    kept = {
        chapter: [(entry["equation"], entry["against"]) for entry in entries]
        for chapter, entries in KEPT.items()
    }
    assert kept == expected, ADVICE


def test_every_chapter_and_lab_has_equations():
    chapters = [int(path.name[:2]) for path in (ROOT / "chapters").glob("[0-9]*.ipynb")]
    labs = [path.stem for path in (ROOT / "labs").glob("*.ipynb")]
    missing = {*chapters, *labs} - EQUATIONS.keys()
    assert missing == set(), "list them in bookkit/equations/table.py"


@pytest.mark.parametrize(("chapter", "place"), ALL)
def test_an_equation_is_as_close_as_its_badge_says(chapter, place):
    kept = KEPT[str(chapter)][place]["worst"]
    measured = EQUATIONS[chapter][place].worst(LIBRARY)
    assert measured <= max(MARGIN * kept, LAST_DIGITS), ADVICE
    assert kept <= max(MARGIN * measured, LAST_DIGITS), ADVICE
    assert kept < 1e-9


def scaled(base: type, method: str) -> type:
    """Return the class with what a method returns, a thousandth too large."""

    def wrong(self, *arguments):
        return 1.001 * getattr(base, method)(self, *arguments)

    return type(base.__name__, (base,), {method: wrong})


def wrong_parameter_gradient(base: type, name: str) -> type:
    """Return the class with the gradient of one parameter a thousandth too large."""

    def backward(self, doutputs):
        dinputs = base.backward(self, doutputs)
        getattr(self, name)[:] *= 1.001
        return dinputs

    return type(base.__name__, (base,), {"backward": backward})


def wrong_at_once(base: type) -> type:
    """Return the loss whose value is right, and its gradient a thousandth too large."""

    def value_and_gradient(self, logits, targets):
        value, gradient = base.value_and_gradient(self, logits, targets)
        return value, 1.001 * gradient

    return type(base.__name__, (base,), {"value_and_gradient": value_and_gradient})


def too_fast(base: type) -> type:
    """Return the optimizer with a learning rate a thousandth too large."""

    def init(self, learning_rate, **settings):
        base.__init__(self, 1.001 * learning_rate, **settings)

    return type(base.__name__, (base,), {"__init__": init})


def too_far_off(base: type) -> type:
    """Return the accuracy with every error a thousandth too large."""

    def compare(self, predictions, targets):
        return base.compare(self, targets + 1.001 * (predictions - targets), targets)

    return type(base.__name__, (base,), {"compare": compare})


def wrong_model(part: str) -> type:
    """Return the model of which a part is a thousandth too large."""
    base = nnfs_lib.Model

    class Wrong(base):
        def step(self, X, y):
            value, outputs = base.step(self, X, y)
            return 1.001 * value, outputs

        def gradients(self, X, y):
            return 1.001 * base.gradients(self, X, y)

    class WrongInBatches(base):
        def evaluate(self, X, y, *, batch_size=None):
            loss, accuracy = base.evaluate(self, X, y, batch_size=batch_size)
            return LIBRARY._Evaluation(1.001 * loss, accuracy)

    class WrongFromFile(base):
        @classmethod
        def load(cls, path):
            model = super().load(path)
            model.parameters *= 1.001
            return model

    kinds = {"gradients": Wrong, "loss": Wrong, "loss in batches": WrongInBatches}
    return kinds.get(part, WrongFromFile)


def scaled_function(function: Any) -> Any:
    """Return the function with what it returns, or the last of it, a thousandth too large."""

    def wrong(*arguments):
        found = function(*arguments)
        if isinstance(found, tuple):
            return *found[:-1], 1.001 * found[-1]
        return 1.001 * found

    return wrong


def wrong_part(base: Any, part: str) -> Any:
    """Return a thing of the library, of which a part is a thousandth too large."""
    if not isinstance(base, type):
        return scaled_function(base)
    if base is nnfs_lib.Model:
        return wrong_model(part)
    if issubclass(base, nnfs_lib.Optimizer):
        return too_fast(base)
    if issubclass(base, nnfs_lib.RegressionAccuracy):
        return too_far_off(base)
    if part == "value and gradient":
        return wrong_at_once(base)
    if part in ("dweights", "dbiases", "dscale", "dshift"):
        return wrong_parameter_gradient(base, part)
    if part == "regularization loss":
        return scaled(base, "regularization_loss")
    gradient = part == "dinputs" or part.startswith("gradient")
    return scaled(base, "backward" if gradient else "forward")


def with_wrong(name: str, wrong: Any) -> Any:
    return SimpleNamespace(**{**vars(LIBRARY), name: wrong})


def wrong_lab_part(base: Any, part: str) -> Any:
    """Return a thing of a lab, of which a part is a thousandth too large."""
    if part == "way back":

        def wrong(*arguments):
            outputs, ways = base(*arguments)
            return outputs, tuple(lambda d, way=way: 1.001 * way(d) for way in ways)

        return wrong
    if part.endswith("rates"):  # a schedule
        return scaled(base, "__call__")
    if hasattr(base, "direction"):  # an optimizer of tensors
        return scaled(base, "direction")
    if base is LIBRARY.autograd.Tensor:
        return scaled_start(base)
    if isinstance(base, type) and issubclass(base, LIBRARY.autograd.Module):
        return scaled(base, "forward")
    return wrong_part(base, part)


def scaled_start(base: type) -> type:
    """Return the tensor whose way back begins a thousandth too large."""

    def backward(self):
        base.backward(self, 1.001 * np.ones(self.shape))

    return type(base.__name__, (base,), {"backward": backward})


def wrong_library(place: int | str, equation: Equation) -> Any:
    """Return nnfs_lib with what the equation is about a thousandth too large."""
    if isinstance(place, str):
        lab, (name, _, part) = getattr(LIBRARY, place), equation.name.partition(":")
        name = name.split()[0]
        name = name if hasattr(lab, name) else f"_{name}"  # a helper
        wrong = wrong_lab_part(getattr(lab, name), part.strip())
        return with_wrong(place, SimpleNamespace(**{**vars(lab), name: wrong}))
    name, _, part = equation.name.partition(":")
    name, part = name.split()[0], part.strip()
    if equation.name.startswith("A whole network"):
        name, part = "Dense", "dweights"
    name = name if hasattr(LIBRARY, name) else f"_{name}"  # a helper
    return with_wrong(name, wrong_part(getattr(LIBRARY, name), part))


@pytest.mark.parametrize(("chapter", "place"), ALL)
def test_a_library_that_is_wrong_by_a_thousandth_is_caught(chapter, place):
    equation = EQUATIONS[chapter][place]
    measured = equation.worst(wrong_library(chapter, equation))
    assert measured > 1e-4
    assert measured > 1e6 * max(
        MARGIN * KEPT[str(chapter)][place]["worst"], LAST_DIGITS
    )


class Stronger(nnfs_lib.Dense):
    """Penalties of which loss and gradient agree, and are a thousandth too large."""

    def __init__(self, n_inputs, n_neurons, *, dtype, **strengths):
        strengths = {name: 1.001 * value for name, value in strengths.items()}
        super().__init__(n_inputs, n_neurons, **strengths, dtype=dtype)


class BiasesAsWeights(nnfs_lib.Dense):
    def backward(self, doutputs):
        dinputs = nnfs_lib.Dense.backward(self, doutputs)
        strengths = self.weight_l1 - self.bias_l1, self.weight_l2 - self.bias_l2
        self.dbiases += LIBRARY._penalty_gradient(self.biases, *strengths)
        return dinputs


class Unscaled(nnfs_lib.Dropout):
    def draw_mask(self, shape, dtype):
        return (nnfs_lib.Dropout.draw_mask(self, shape, dtype) > 0).astype(dtype)


class ScaledByTheRate(nnfs_lib.Dropout):
    """Not by the share that really stays, which is a multiple of 1/65536."""

    def draw_mask(self, shape, dtype):
        return Unscaled.draw_mask(self, shape, dtype) / (1 - self.rate)


class AlwaysTrains(nnfs_lib.Dropout):
    training = property(lambda self: True, lambda self, value: None)


class OtherMask(nnfs_lib.Dropout):
    def backward(self, doutputs):
        return doutputs * self.draw_mask(doutputs.shape, doutputs.dtype)


class OfASample(nnfs_lib.RegressionAccuracy):
    """The deviation with n - 1."""

    def compare(self, predictions, targets):
        precision = np.std(targets, ddof=1) / 250
        return np.mean(np.abs(predictions - targets) <= precision, axis=1)


def without_factor(array, l1, l2):
    return LIBRARY._penalty_gradient(array, l1, l2 / 2)


def he_of_neurons(shape, rng, dtype):
    return nnfs_lib.normal((2 / shape[1]) ** 0.5)(shape, rng, dtype)


def gradient_of_the_sum(predictions, targets, reduction, slopes):
    return 2 * (predictions - targets) * slopes


class PenaltyInAdam(LIBRARY.trainer.AdamW):
    """Decay that goes through Adam's division, as a penalty's gradient does."""

    def update(self, gradient, change):
        weights = np.concatenate([array.ravel() for array in self.arrays])
        nnfs_lib.Adam.update(self, gradient + self.weight_decay * weights, change)


def loses_what_comes_twice(a, index):
    def back(d):
        gradient = np.zeros_like(a)
        gradient[index] = d
        return gradient

    return a[index], (back,)


def mean_of_the_stretched(gradient, array):
    summed = LIBRARY.autograd._unbroadcast(gradient, array)
    return summed * array.size / gradient.size


@pytest.mark.parametrize(
    ("chapter", "equation", "name", "wrong"),
    [
        (7, "Dense: regularization loss", "Dense", Stronger),
        (7, "Dense with penalties: dweights", "Dense", Stronger),
        (7, "Dense with penalties: dbiases", "Dense", Stronger),
        (7, "Dense with penalties: dbiases", "Dense", BiasesAsWeights),
        (7, "penalty_gradient: L2", "_penalty_gradient", without_factor),
        (7, "penalty_gradient: both", "_penalty_gradient", without_factor),
        (8, "Dropout: expectation", "Dropout", Unscaled),
        (8, "Dropout: expectation", "Dropout", ScaledByTheRate),
        (8, "Dropout: dinputs", "Dropout", OtherMask),
        (8, "Dropout outside training: outputs", "Dropout", AlwaysTrains),
        (9, "RegressionAccuracy: precision", "RegressionAccuracy", OfASample),
        (9, "he_normal: variance", "he_normal", he_of_neurons),
        (9, "he_normal: variance", "he_normal", nnfs_lib.glorot_uniform),
        ("trainer", "mse_gradient: mean", "mse_gradient", gradient_of_the_sum),
        ("trainer", "AdamW: parameters", "AdamW", PenaltyInAdam),
        ("autograd", "index: way back", "_index", loses_what_comes_twice),
        ("autograd", "unbroadcast: gradient", "_unbroadcast", mean_of_the_stretched),
    ],
)
def test_a_likely_mistake_is_caught(chapter, equation, name, wrong):
    (found,) = (e for e in EQUATIONS[chapter] if e.name == equation)
    library = with_wrong(name, wrong)
    if isinstance(chapter, str):  # a lab
        lab = {**vars(getattr(LIBRARY, chapter)), name: wrong}
        library = with_wrong(chapter, SimpleNamespace(**lab))
    assert found.worst(library) > 1e-6


def test_every_number_comes_once():
    rng = np.random.default_rng(0)
    every = layers.EveryNumber(rng)
    numbers = every.integers(2**64, size=65536 // 4, dtype=np.uint64)
    assert sorted(numbers.view(np.uint16).tolist()) == list(range(65536))
    with pytest.raises(ValueError, match=r"^These are 16384 numbers of 64 bits\.$"):
        every.integers(2**64, size=10, dtype=np.uint64)


def test_difference_by_hand():
    assert measures.difference([1.0, -4.5], [1.0, -4.0]) == 0.125
    assert measures.difference([0.25, 0.0], [0.0, 0.0]) == 0.25
    assert measures.difference([1.0], [1.0, 1.0]) == math.inf
    assert measures.difference([math.nan, 1.0], [1.0, 1.0]) == math.inf


def test_slope_by_hand():
    array = np.array([[1.0, -2.0], [0.5, 3.0]])
    kept = array.copy()
    found = oracles.slope(lambda: float(np.sum(array**3)), array)
    np.testing.assert_allclose(found, 3 * kept**2, rtol=1e-10)
    np.testing.assert_array_equal(array, kept)


def test_oracles_by_hand():
    assert oracles.dense([[1, 2]], [[3, 4], [5, 6]], [0.5, -1]) == [[13.5, 15]]
    assert oracles.relu([[-1, 0, 2]]) == [[0, 0, 2]]
    assert oracles.sigmoid([[0.0]]) == [[0.5]]
    assert oracles.sigmoid([[math.log(3)]])[0][0] == pytest.approx(0.75)
    thirds = oracles.softmax([[math.log(1), math.log(2)]])[0]
    assert thirds == pytest.approx([1 / 3, 2 / 3])
    quarter = math.log(4)
    assert oracles.categorical([[0.75, 0.25]], [1]) == pytest.approx([quarter])
    assert oracles.binary([[0.25, 0.75]], [[1, 0]]) == pytest.approx([quarter])
    assert oracles.penalty([1, -2, 3], 0.5, 0.25) == 0.5 * 6 + 0.25 * 14
    assert oracles.mean([1, 2, 6]) == 3
    assert oracles.deviation([1, 3, 1, 3]) == pytest.approx(1)
    rows = [[1, 2], [3, 5]], [[0, 2], [5, 8]]
    assert oracles.squares(*rows) == [[1, 0], [4, 9]]
    assert oracles.reduced([[1, 0], [4, 9]], "none") == [[1, 0], [4, 9]]
    assert oracles.reduced([[1, 0], [4, 9]], "sum") == 14
    assert oracles.reduced([[1, 0], [4, 9]], "mean") == 3.5
    assert oracles.mean_error(*rows, power=1) == [0.5, 2.5]
    assert oracles.mean_error(*rows, power=2) == [0.5, 6.5]
    xs, ys = zip(*oracles.sine(5), strict=True)
    assert xs == (0, 0.25, 0.5, 0.75, 1)
    assert ys == pytest.approx((0, 1, 0, -1, 0))


# The optimizers' first steps, by hand, as in chapter 6.
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (oracles.rates(3, 0.5, 0.25), [0.5, 0.4, 0.5 / 1.5]),
        (oracles.sgd([2, -1], [1, 1]), -1),
        # velocities -1, then -0.5 - 0.25 * 2
        (oracles.sgd([2, 2], [0.5, 0.25], momentum=0.5), -2),
        (oracles.adagrad([3, 4], [1, 1], epsilon=0), -1.8),
        (oracles.adagrad([3], [1], epsilon=1), -0.75),
        (oracles.rmsprop([2], [1], epsilon=1, rho=0.75), -1),
        (oracles.adam([2, 2], [1, 0.5], epsilon=0, beta_1=0.9, beta_2=0.99), -1.5),
        (oracles.adam([2], [1], epsilon=2, beta_1=0.9, beta_2=0.999), -0.5),
        # -1, then a tenth of it decays before the next move of -0.5
        (
            oracles.adamw(
                [2, 2], [1, 0.5], epsilon=0, beta_1=0.9, beta_2=0.99, weight_decay=0.2
            ),
            -1 * (1 - 0.5 * 0.2) - 0.5,
        ),
        (
            oracles.adam([2, 0], [1, 1], epsilon=0, beta_1=0.5, beta_2=0.75),
            -1 - (0.5 / 0.75) / math.sqrt(0.75 / 0.4375),
        ),
    ],
)
def test_optimizers_by_hand(found, expected):
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("error", "rounded"),
    [(2.04e-11, 3e-11), (9.1e-16, 1e-15), (3e-10, 3e-10), (0.0, 0.0)],
)
def test_rounded_up(error, rounded):
    assert command.rounded_up(error) == rounded


def test_the_command_writes_what_is_kept(tmp_path, capsys):
    path = tmp_path / "equations.json"
    assert main(["equations", "--file", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8")).keys() == KEPT.keys()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == sum(len(entries) for entries in KEPT.values())
    assert lines[0].endswith("Dense: outputs, by plain Python")
