"""Chapter 5's explorer: the gradient of softmax and cross-entropy in one, and what is lost in two steps."""

from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.recipe import EXACT, Axis, Frame, Recipe
from bookkit.explore.shared import bars, steps
from nnfs_lib.losses import _EPSILON

LOGITS = (-100, -20, -10, -5, -2, 0, 2, 5, 10, 20, 100)
FINER = (*steps(-20, 20, 0.5), *steps(-300, 300, 10))
SMALL = 0.0005  # what three digits don't show


def fused_frame(first: float, second: float, third: float, target: int) -> Frame:
    """Return the probabilities of three logits, and the push on each: its gradient, turned around."""
    logits = np.array([[first, second, third]], dtype=np.float32)
    targets = np.array([target])
    fused = nn.SoftmaxCategoricalCrossentropy()
    loss = fused.calculate(logits, targets)
    gradient = fused.backward(logits, targets)[0]
    probabilities, blunt = two_steps(logits, targets)
    arrays = {
        "logits": logits[0],
        "probabilities": probabilities,
        "push": rounded(0 - gradient),
        "blunt": rounded(0 - blunt),
        "target": targets,
    }
    words = (
        f"Loss {loss:.3f}. The gradient ({', '.join(signed(g) for g in gradient)}) sums to zero. "
        f"{push_words(gradient, target)} {blunt_words(gradient, blunt, probabilities, target)}"
    )
    return Frame(arrays, words.replace("-", "\N{MINUS SIGN}"))


def two_steps(logits: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities and the gradient of the logits, by softmax and loss one after the other."""
    softmax, loss = nn.Softmax(), nn.CategoricalCrossentropy()
    probabilities = softmax.forward(logits)
    gradient = softmax.backward(loss.backward(probabilities, targets))
    return probabilities[0], gradient[0]


def rounded(numbers: np.ndarray) -> np.ndarray:
    """Return the numbers to three digits, and never minus zero."""
    return np.round(numbers, 3) + 0.0


def power(number: float, digits: int) -> str:
    """Return a small number as a power of ten: "2.1e-9"."""
    return f"{number:.{digits}e}".replace("e-0", "e-")


def signed(number: float) -> str:
    """Return the number with its sign and three digits, zero without a sign."""
    return f"{number:+.3f}" if abs(number) >= SMALL else "0.000"


def push_words(gradient: np.ndarray, target: int) -> str:
    """Say which logit is pushed hardest, and why."""
    wrong = 0 - gradient[target]
    if wrong < SMALL:
        return f"Sure and right: class {target} has all, and no logit is pushed."
    others = np.delete(np.arange(3), target)
    rivals = gradient[others]
    words = (
        f"A step against it pushes class {target} up by {wrong:.3f}, what its probability lacks to 1, "
        "and no logit harder."
    )
    if abs(rivals[0] - rivals[1]) < SMALL:
        return f"{words} The others go down by half of that each."
    worst = others[rivals.argmax()]
    return f"{words} Class {worst} goes down most, by its probability, {gradient[worst]:.3f}."


def blunt_words(
    gradient: np.ndarray, blunt: np.ndarray, probabilities: np.ndarray, target: int
) -> str:
    """Say whether softmax and loss, one after the other, come to the same gradient in float32."""
    if np.abs(gradient - blunt).max() < SMALL:
        return "Two steps come to the same."
    truth = probabilities[target]
    left = f"the push on it is {rounded(0 - blunt[target]):.3f}"
    if not truth:
        return f"In two steps it is lost: the probability of class {target} is 0 in float32, and {left}."
    return (
        f"In two steps it is blunt: the probability of class {target} is {power(truth, 1)}, the loss takes "
        f"it for {power(_EPSILON, 0)}, and {left}."
    )


def arrows(title: str, field: str) -> dict[str, Any]:
    """Return a pane of three arrows, at most 1 long."""
    return {**bars(title, field, [-1, 1], 3, place="four"), "arrows": True}


def logit(name: str, label: int, start: float) -> Axis:
    """Return the axis of one class' logit."""
    return Axis(name, f"Logit of class {label}", LOGITS, start, FINER, "{:g}")


FUSED = Recipe(
    title="Softmax and cross-entropy in one",
    axes=(
        logit("first", 0, 2),
        logit("second", 1, 0),
        logit("third", 2, -2),
        Axis("target", "True class", (0, 1, 2), 1),
    ),
    panes=(
        bars(
            "The logits: drag the bars",
            "logits",
            [-10, 10],
            1,
            place="four",
            drag=["first", "second", "third"],
        ),
        bars(
            "Probabilities; the true class is framed",
            "probabilities",
            [0, 1],
            3,
            target="target",
            place="four",
        ),
        arrows("The push on each logit: minus the gradient", "push"),
        arrows("The push that two steps come to", "blunt"),
    ),
    fields=dict.fromkeys(("logits", "probabilities", "push", "blunt", "target"), EXACT),
    compute=fused_frame,
    play="first",
    pace=1000,
)

GLANCE = glance(
    FUSED,
    "When is class 1, the true one, pushed hardest: when the network is right, unsure, or sure and wrong?",
    {
        **FUSED.panes[0],
        "title": "The logits: drag the middle bar",
        "drag": [None, "second", None],
    },
    {**FUSED.panes[2], "title": "The push on each of them"},
    move={"second": steps(-10, 10, 0.5)},
    said=(1, 3),
)
