"""Chapter 11's explorer: what the size of a batch and the order of the samples do to a training."""

from typing import Any

import numpy as np

import nnfs_lib as nn
from bookkit.explore.course import Courses
from bookkit.explore.glances import glance
from bookkit.explore.model_course import DECAY, ModelCourse, classifier
from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.explore.shared import PLANE, class_bytes, plane, start_of

WIDTH, RATE, LAST = 64, 0.01, 40
LOOKS = np.arange(1, LAST + 1)
HIGH = 2.0  # of the losses' picture
SIDE, LEVELS = 40, 7
PLACES = plane(SIDE)
X, Y = nn.spiral_data(200, 3, rng=0)
VALIDATION = nn.spiral_data(200, 3, rng=100)
MIXED = np.random.default_rng(1).permutation(len(X))
EVERY, ONCE, CLASSES = "shuffled anew", "shuffled once", "class by class"


class Still(np.random.Generator):
    """A generator that leaves every sample where it is."""

    def permutation(self, x: Any, axis: int = 0) -> Any:
        return np.arange(x)


def begin(batch_size: int, order: str) -> ModelCourse:
    """Return the model before its first epoch: of the same weights, whatever the setting is."""
    bits = np.random.PCG64(0)
    rng = np.random.Generator(bits) if order == EVERY else Still(bits)
    samples = MIXED if order == ONCE else np.arange(len(X))
    return ModelCourse(
        classifier(WIDTH, RATE, rng=rng),
        X[samples],
        Y[samples],
        batch_size=batch_size,
        validation_data=VALIDATION,
    )


COURSES = Courses(begin)


def minibatches_frame(batch_size: int, order: str, epoch: int) -> Frame:
    """Return answers, losses and accuracies after so many epochs."""
    course = COURSES.at(epoch, batch_size=batch_size, order=order)
    arrays = {"map": class_bytes(course.model.predict(PLACES), LEVELS)}
    for field, name in ENTRIES.items():
        arrays[field] = course.entries(name, LOOKS)
    return Frame(arrays, f"{step_words(course, batch_size)} {answer_words(course)}")


ENTRIES = {
    "training loss": "loss",
    "validation loss": "val_loss",
    "training accuracy": "accuracy",
    "validation accuracy": "val_accuracy",
}


def step_words(course: ModelCourse, batch_size: int) -> str:
    """Say how many steps there were, and what was measured in the last epoch."""
    each = -(-len(X) // batch_size)
    steps = course.epoch * each
    plural = "" if steps == 1 else "s"
    words = f"Epoch {course.epoch}: {steps:,} step{plural}, {each} in each epoch."
    if not course.epoch:
        return words
    training, validation, right, valid = (
        getattr(course.history, name)[-1] for name in ENTRIES.values()
    )
    return (
        f"{words} Loss {training:.3f} as the batches came, on validation data {validation:.3f}; "
        f"accuracy {right:.1%}, on validation data {valid:.1%}."
    )


def answer_words(course: ModelCourse) -> str:
    """Say how the answers are shared out among the classes."""
    answers = course.model.predict(VALIDATION[0]).argmax(axis=1)
    first, second, third = np.bincount(answers, minlength=3)
    return (
        f"Of {len(answers)} validation points it says {first} times class 0, "
        f"{second} times class 1, {third} times class 2."
    )


def both(title: str, what: str, high: float, place: str) -> dict[str, Any]:
    """Return the pane with a measure of training and of validation, epoch by epoch."""
    return {
        "kind": "chart",
        "place": place,
        "title": title,
        "needs": f"training {what}",
        "x": [1, LAST],
        "y": [0, high],
        "xlabel": "epoch",
        "ylabel": what,
        "series": [
            {
                "field": f"validation {what}",
                "label": "validation",
                "color": 1,
                "marker": 1,
                "dash": [7, 3],
            },
            {
                "field": f"training {what}",
                "label": "training, as batches came",
                "color": 0,
                "marker": 0,
            },
        ],
    }


MINIBATCHES = Recipe(
    title="More steps, rougher steps, and their order",
    axes=(
        Axis(
            "batch_size",
            "Samples in a batch",
            (8, 30, 100, 300, len(X)),
            30,
            (4, 5, 6, 10, 15, 20, 40, 50, 60, 150, 200, 400, 599),
        ),
        Axis("order", "Order of the samples", (EVERY, ONCE, CLASSES), EVERY),
        Axis("epoch", "Epoch", (0, 1, 2, 3, 5, 10, 20, LAST), LAST, tuple(range(LAST))),
    ),
    panes=(
        {
            "kind": "map",
            "title": "What it answers; small points are validation points",
            "field": "map",
            "palette": "classes",
            "points": "points",
            "small": "tests",
            **PLANE,
        },
        both("history.loss and val_loss", "loss", HIGH, "beside"),
        both("history.accuracy and val_accuracy", "accuracy", 1, "row"),
    ),
    fields={
        "map": Field(),
        **{name: Field(0, HIGH, gaps=True) for name in ENTRIES if "loss" in name},
        **{name: Field(0, 1, gaps=True) for name in ENTRIES if "accuracy" in name},
    },
    compute=minibatches_frame,
    play="epoch",
    pace=900,
    trains=True,
    engine={
        "kind": "minibatches",
        "plan": {
            "sizes": [2, WIDTH, WIDTH, 3],
            "start": "he_normal",
            "loss": "crossentropy",
            "rate": RATE,
            "decay": DECAY,
            "looks": LOOKS.tolist(),
        },
        "orders": {"every": EVERY, "once": ONCE},
        "starts": [start_of(0), start_of(0), start_of(1)],
    },
    constants={
        "points": np.column_stack([X, Y]),
        "tests": np.column_stack(VALIDATION),
    },
)

GLANCE = glance(
    MINIBATCHES,
    "With which batch size is the validation loss lowest after forty epochs?",
    {**MINIBATCHES.panes[1], "title": "The loss after each epoch"},
    move={"batch_size": MINIBATCHES.axes[0].values},
    said=(0, 2),
)
