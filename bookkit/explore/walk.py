"""The walk through chapter 4's small network: every number and gradient, and the arithmetic in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

DOT = " \N{DOT OPERATOR} "
# Every number of the network by its name; with a d before it, the loss's gradient with respect to it.
NODES = ("x0", "x1", "h0", "h1", "a0", "a1", "z0", "z1", "p0", "p1", "L")
PARAMETERS = (
    *("w00", "w01", "w10", "w11", "b0", "b1"),
    *("v00", "v01", "v10", "v11", "c0", "c1"),
)
NAMES = (*NODES, *PARAMETERS)
Numbers = Mapping[str, float]


class Step(NamedTuple):
    """One step of the walk: the numbers that it makes, those that it needs, and its words."""

    makes: tuple[str, ...]
    uses: tuple[str, ...]
    words: Callable[[Numbers, int], str]


def shown(number: float) -> str:
    """Return the number with three digits, never minus zero."""
    return f"{round(number, 3) + 0.0:.3f}"


def factor(number: float) -> str:
    """Return the number as one writes it inside a product."""
    return f"({shown(number)})" if round(number, 3) < 0 else shown(number)


def name_of(name: str) -> str:
    """Return the name with its digits lowered: "w01" becomes w with a small 01."""
    low = "".join(chr(ord("\N{SUBSCRIPT ZERO}") + int(digit)) for digit in name[1:])
    return name[0] + low


def slope_of(name: str) -> str:
    """Return how the gradient with respect to a number is written."""
    return f"dL/d{name_of(name)}"


def products(numbers: Numbers, pairs: list[tuple[str, str]]) -> str:
    """Return a sum of products, in numbers."""
    return " + ".join(
        f"{factor(numbers[one])}{DOT}{factor(numbers[other])}" for one, other in pairs
    )


def add(result: str, pairs: list[tuple[str, str]], bias: str) -> Step:
    """Return the step of a dense layer's output: products with the weights, plus the bias."""
    formula = " + ".join(f"{name_of(one)}{name_of(other)}" for one, other in pairs)
    formula = f"{name_of(result)} = {formula} + {name_of(bias)}"

    def words(numbers: Numbers, target: int) -> str:
        terms = f"{products(numbers, pairs)} + {factor(numbers[bias])}"
        return f"Forward: {formula} = {terms} = {shown(numbers[result])}."

    uses = tuple(name for pair in pairs for name in pair)
    return Step((result,), (*uses, bias), words)


def rectify(neuron: int) -> Step:
    """Return the step of a ReLU."""
    before, after = f"h{neuron}", f"a{neuron}"

    def words(numbers: Numbers, target: int) -> str:
        side = "open" if numbers[before] > 0 else "closed"
        return (
            f"Forward: {name_of(after)} = max(0, {name_of(before)}) = max(0, {shown(numbers[before])}) "
            f"= {shown(numbers[after])}. This ReLU is {side}."
        )

    return Step((after,), (before,), words)


def softmax_words(numbers: Numbers, target: int) -> str:
    """Say what softmax makes of the logits."""
    exps = [f"exp({shown(numbers[name])})" for name in ("z0", "z1")]
    return (
        f"Forward: softmax. p\N{SUBSCRIPT ZERO} = {exps[0]} / ({exps[0]} + {exps[1]}) = "
        f"{shown(numbers['p0'])}, and p\N{SUBSCRIPT ONE} is the rest, {shown(numbers['p1'])}."
    )


def loss_words(numbers: Numbers, target: int) -> str:
    """Say what the loss is."""
    true = f"p{target}"
    return (
        f"Forward: the loss is the surprise at the true class, L = \N{MINUS SIGN}ln {name_of(true)} = "
        f"\N{MINUS SIGN}ln {shown(numbers[true])} = {shown(numbers['L'])}. From here it goes backward."
    )


def surprise_words(numbers: Numbers, target: int) -> str:
    """Say what the loss's gradient is with respect to the probabilities."""
    true, other = f"p{target}", f"p{1 - target}"
    return (
        f"Backward: {slope_of(true)} = \N{MINUS SIGN}1 / {name_of(true)} = \N{MINUS SIGN}1 / "
        f"{shown(numbers[true])} = {shown(numbers['d' + true])}. L does not look at {name_of(other)}: "
        f"{slope_of(other)} = {shown(numbers['d' + other])}."
    )


def jacobian_words(numbers: Numbers, target: int) -> str:
    """Say how the gradient comes through softmax; all of it comes from the true class."""
    true, other = f"p{target}", f"p{1 - target}"
    came, own, rest = (numbers[name] for name in ("d" + true, true, other))
    return (
        f"Backward through softmax: {slope_of(f'z{target}')} = {slope_of(true)}{DOT}{name_of(true)}{DOT}"
        f"(1 - {name_of(true)}) = {factor(came)}{DOT}{shown(own)}{DOT}{shown(1 - own)} = "
        f"{shown(numbers[f'dz{target}'])}, and {slope_of(f'z{1 - target}')} = {slope_of(true)}{DOT}"
        f"(-{name_of(true)}{DOT}{name_of(other)}) = {factor(came)}{DOT}(-{shown(own)}{DOT}{shown(rest)}) = "
        f"{shown(numbers[f'dz{1 - target}'])}."
    )


def weigh(weight: str, source: str, goal: str) -> Step:
    """Return the step of a weight's gradient: what came in, times the gradient of what went out."""

    def words(numbers: Numbers, target: int) -> str:
        return (
            f"Backward: {slope_of(weight)} = {name_of(source)}{DOT}{slope_of(goal)} = "
            f"{products(numbers, [(source, 'd' + goal)])} = {shown(numbers['d' + weight])}."
        )

    return Step(("d" + weight,), (source, "d" + goal), words)


def lift(bias: str, goal: str) -> Step:
    """Return the step of a bias's gradient."""

    def words(numbers: Numbers, target: int) -> str:
        return (
            f"Backward: {slope_of(bias)} = {slope_of(goal)} = {shown(numbers['d' + bias])}: "
            "a bias is added, so the gradient comes as it is."
        )

    return Step(("d" + bias,), ("d" + goal,), words)


def gather(source: str, pairs: list[tuple[str, str]]) -> Step:
    """Return the step of a gradient that comes from two neurons, through two weights."""
    formula = " + ".join(f"{name_of(w)}{DOT}{slope_of(goal)}" for w, goal in pairs)
    needed = [(weight, "d" + goal) for weight, goal in pairs]

    def words(numbers: Numbers, target: int) -> str:
        return (
            f"Backward: {slope_of(source)} = {formula} = {products(numbers, needed)} = "
            f"{shown(numbers['d' + source])}."
        )

    uses = tuple(name for pair in needed for name in pair)
    return Step(("d" + source,), uses, words)


def gate(neuron: int) -> Step:
    """Return the step back through a ReLU."""
    before, after = f"h{neuron}", f"a{neuron}"

    def words(numbers: Numbers, target: int) -> str:
        came, sum_ = numbers["d" + after], numbers[before]
        fate = f"is positive, the gate is open: {slope_of(before)} = {slope_of(after)} = {shown(came)}."
        if sum_ <= 0:
            fate = (
                f"is not positive, the gate is closed: of {shown(came)} nothing passes, "
                f"{slope_of(before)} = {shown(numbers['d' + before])}."
            )
        return f"Backward through ReLU: {name_of(before)} = {shown(sum_)} {fate}"

    return Step(("d" + before,), ("d" + after, before), words)


def column(layer: str, before: str, neuron: int) -> list[tuple[str, str]]:
    """Return what a neuron multiplies: pairs of an input and its weight."""
    return [(f"{before}{i}", f"{layer}{i}{neuron}") for i in (0, 1)]


def row(layer: str, after: str, source: int) -> list[tuple[str, str]]:
    """Return where a number goes: pairs of a weight and the neuron behind it."""
    return [(f"{layer}{source}{j}", f"{after}{j}") for j in (0, 1)]


def learned(layer: str, bias: str, before: str, after: str) -> list[Step]:
    """Return the steps of a layer's weights and biases, backward."""
    return [
        step
        for j in (0, 1)
        for step in (
            *(weigh(f"{layer}{i}{j}", f"{before}{i}", f"{after}{j}") for i in (0, 1)),
            lift(f"{bias}{j}", f"{after}{j}"),
        )
    ]


FORWARD = (
    *(add(f"h{j}", column("w", "x", j), f"b{j}") for j in (0, 1)),
    *(rectify(j) for j in (0, 1)),
    *(add(f"z{k}", column("v", "a", k), f"c{k}") for k in (0, 1)),
    Step(("p0", "p1"), ("z0", "z1"), softmax_words),
    Step(("L",), (), loss_words),
)
BACKWARD = (
    Step(("dp0", "dp1"), ("L",), surprise_words),
    Step(("dz0", "dz1"), ("dp0", "dp1", "p0", "p1"), jacobian_words),
    *learned("v", "c", "a", "z"),
    *(gather(f"a{i}", row("v", "z", i)) for i in (0, 1)),
    *(gate(j) for j in (0, 1)),
    *learned("w", "b", "x", "h"),
    *(gather(f"x{i}", row("w", "h", i)) for i in (0, 1)),
)


def lights(walk: Sequence[Step]) -> np.ndarray:
    """Return what is to be seen at each step, of every number and of every gradient: (steps + 1, 46).

    0: not there yet; 1: there; 2: used in this step; 3: computed in this step.
    """
    places = {name: i for i, name in enumerate((*NAMES, *(f"d{n}" for n in NAMES)))}
    table = np.zeros((len(walk) + 1, len(places)))
    given = [places[name] for name in ("x0", "x1", *PARAMETERS)]
    table[:, given] = 1
    for number, step in enumerate(walk, start=1):
        for name in step.makes:
            table[number, places[name]] = 3
            table[number + 1 :, places[name]] = 1
        table[number, [places[name] for name in step.uses]] = 2
    return table
