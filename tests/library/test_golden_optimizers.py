"""Every optimizer goes where PyTorch's own goes, a hundred steps long; wrong ones do not."""

import json
import sys
from collections.abc import Callable

import numpy as np
import optimizers as golden
import pytest

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
# In float64 the largest difference is 1e-14 of a number; the closest wrong rule is 1e-7 off.
TOLERANCE = 1e-11


def test_the_kept_positions_are_those_of_the_cases():
    advice = "run tests/golden/optimizers.py, its first lines say how"
    kept = {
        case: (held["optimizer"], held["arguments"])
        for case, held in KEPT["cases"].items()
    }
    assert kept == golden.CASES, advice
    assert KEPT["start"] == golden.flat(*golden.START), advice
    for held in KEPT["cases"].values():
        assert list(held["positions"]) == [str(step) for step in golden.STEPS], advice


def test_the_script_says_how_to_get_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    with pytest.raises(SystemExit, match=r"(?s)PyTorch is not.*pip install"):
        golden.main()


@pytest.mark.parametrize("case", golden.CASES)
def test_goes_where_pytorch_goes(nn, case):
    name, arguments = golden.CASES[case]
    optimizer = getattr(nn, name)(**arguments)
    assert golden.worst_error(KEPT, optimizer.step, case) < TOLERANCE


def test_every_optimizer_is_compared(nn):
    optimizers = {
        name
        for name, thing in vars(nn).items()
        if isinstance(thing, type) and issubclass(thing, nn.Optimizer)
    }
    assert optimizers - {"Optimizer"} == {name for name, _ in golden.CASES.values()}


# A rule returns the move for a gradient. t counts the steps from 0; memory is a dict that stays.
Rule = Callable[[np.ndarray, int, dict[str, np.ndarray]], np.ndarray]


def follow(rule: Rule) -> Callable[[golden.Pairs], None]:
    """Return a step that moves each array by a rule, with a memory of its own."""
    memories: tuple[dict[str, np.ndarray], ...] = ({}, {})
    count = iter(range(golden.STEPS[-1]))

    def step(pairs: golden.Pairs) -> None:
        t = next(count)
        for (array, gradient), memory in zip(pairs, memories, strict=True):
            array += rule(gradient, t, memory)

    return step


def mean(
    memory: dict[str, np.ndarray], name: str, share: float, new: np.ndarray
) -> np.ndarray:
    memory[name] = share * memory.get(name, 0 * new) + (1 - share) * new
    return memory[name]


def adam(
    rate: float,
    *,
    in_root: bool = False,
    corrected: bool = True,
    decay: float = 0.0,
    first: int = 0,
    betas: tuple[float, float] = (0.9, 0.999),
) -> Rule:
    """Return Adam's rule, right as it stands, and wrong where it is told to be."""

    def rule(gradient, t, memory):
        means = mean(memory, "means", betas[0], gradient)
        squares = mean(memory, "squares", betas[1], gradient**2)
        if corrected:
            means = means / (1 - betas[0] ** (t + 1))
            squares = squares / (1 - betas[1] ** (t + 1))
        inside, outside = (1e-7, 0.0) if in_root else (0.0, 1e-7)
        now = rate / (1 + decay * (t + first))
        return -now * means / (np.sqrt(squares + inside) + outside)

    return rule


def momentum(*, rate_in_velocity: bool = True, ahead: bool = False) -> Rule:
    """Return the rule of SGD with momentum 0.8, rate 0.1, decay 0.05: right, or wrong."""

    def rule(gradient, t, memory):
        rate = 0.1 / (1 + 0.05 * t)
        new = -rate * gradient if rate_in_velocity else -gradient
        memory["velocity"] = 0.8 * memory.get("velocity", 0 * gradient) + new
        move = memory["velocity"] if rate_in_velocity else rate * memory["velocity"]
        return 0.8 * move + new if ahead else move

    return rule


def sgd(first: int) -> Rule:
    return lambda gradient, t, memory: -0.2 / (1 + 0.05 * (t + first)) * gradient


def squares(kind: str, *, in_root: bool = False, share: float = 0.9) -> Rule:
    """Return the rule of Adagrad at 0.3 or of RMSprop at 0.003."""
    inside, outside = (1e-7, 0.0) if in_root else (0.0, 1e-7)

    def rule(gradient, t, memory):
        if kind == "RMSprop":
            cache = mean(memory, "cache", share, gradient**2)
        else:
            cache = memory["cache"] = memory.get("cache", 0) + gradient**2
        rate = 0.003 if kind == "RMSprop" else 0.3
        return -rate * gradient / (np.sqrt(cache + inside) + outside)

    return rule


OTHER = {"betas": (0.8, 0.95), "decay": 0.01}
RIGHT = [
    ("SGD, decay", sgd(0)),
    ("SGD, decay and momentum", momentum()),
    ("Adagrad", squares("Adagrad")),
    ("RMSprop", squares("RMSprop")),
    ("Adam", adam(0.001)),
    ("Adam, other betas and decay", adam(0.05, **OTHER)),
]
WRONG = {
    "decay counts from 1": ("SGD, decay", sgd(1)),
    "Adam's decay counts from 1": (
        "Adam, other betas and decay",
        adam(0.05, first=1, **OTHER),
    ),
    "the rate of the day for the whole velocity": (
        "SGD, decay and momentum",
        momentum(rate_in_velocity=False),
    ),
    "momentum looks ahead": ("SGD, decay and momentum", momentum(ahead=True)),
    "Adagrad's epsilon in the root": ("Adagrad", squares("Adagrad", in_root=True)),
    "RMSprop's epsilon in the root": ("RMSprop", squares("RMSprop", in_root=True)),
    "Adam's epsilon in the root": ("Adam", adam(0.001, in_root=True)),
    "rho and 1 - rho": ("RMSprop", squares("RMSprop", share=0.1)),
    "no bias correction": ("Adam", adam(0.001, corrected=False)),
    "betas the wrong way round": ("Adam", adam(0.001, betas=(0.999, 0.9))),
}


@pytest.mark.parametrize(("case", "rule"), RIGHT, ids=[case for case, _ in RIGHT])
def test_the_rules_that_are_made_wrong_below_are_right(case, rule):
    assert golden.worst_error(KEPT, follow(rule), case) < TOLERANCE


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_rule_is_caught(mistake):
    case, rule = WRONG[mistake]
    assert golden.worst_error(KEPT, follow(rule), case) > 1000 * TOLERANCE
