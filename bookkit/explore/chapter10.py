"""Chapter 10's explorer: what one setting does to three tasks, and what the histories say of it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import nnfs_lib as nn
from bookkit.explore.course import Courses
from bookkit.explore.glances import glance
from bookkit.explore.model_course import ModelCourse, dense_model
from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.explore.shared import PLANE, class_bytes, plane, powers, start_of

LAST = 500
DECAY = 1e-3
EPOCHS = (0, 5, 10, 20, 50, 100, 200, LAST)
# Evenly spaced in the logarithm, as the pictures show them.
LOOKS = np.geomspace(1, LAST, 73).round().astype(int)
SIDE, LEVELS = 40, 7
PLACES = plane(SIDE)
MOST = 2  # of the losses' picture, where 1 is the loss of one who guesses
HIGH = 1.5  # of the curve's picture, which goes as far down

Data = tuple[np.ndarray, np.ndarray]


class Task(NamedTuple):
    """What a model is to learn, and the parts that it takes for that."""

    train: Data
    test: Data
    n_outputs: int
    last: Callable[[], nn.Layer]
    loss: Callable[[], nn.Loss]
    accuracy: Callable[[], nn.Accuracy]
    guessing: float  # the loss of one who says the same everywhere


def spiral(samples: int, classes: int, seed: int) -> Data:
    """Return a spiral, with labels as the loss for so many classes wants them."""
    X, y = nn.spiral_data(samples, classes, rng=seed)
    return X, y.reshape(-1, 1) if classes == 2 else y


ALONG, SINE = nn.sine_data(100)
CENTERED = 2 * ALONG - 1  # chapter 9: kinks can stand everywhere
TASKS = {
    "binary": Task(
        spiral(100, 2, 0),
        spiral(1000, 2, 100),
        1,
        nn.Sigmoid,
        nn.BinaryCrossentropy,
        nn.BinaryAccuracy,
        np.log(2),
    ),
    "three": Task(
        spiral(100, 3, 0),
        spiral(1000, 3, 100),
        3,
        nn.Softmax,
        nn.CategoricalCrossentropy,
        nn.CategoricalAccuracy,
        np.log(3),
    ),
    "sine": Task(
        (CENTERED, SINE),
        (CENTERED, SINE),
        1,
        nn.Linear,
        nn.MeanSquaredError,
        nn.RegressionAccuracy,
        float(np.var(SINE)),
    ),
}


class Three:
    """The same model three times, but for its ends: two hidden layers of that width, one for each task."""

    def __init__(self, width: int, rate: float) -> None:
        self.epoch = 0
        self.courses = {
            name: self.begin(task, width, rate) for name, task in TASKS.items()
        }

    @staticmethod
    def begin(task: Task, width: int, rate: float) -> ModelCourse:
        """Return the model for one task, before its first epoch."""
        model = dense_model(
            (task.train[0].shape[1], width, width, task.n_outputs),
            task.last(),
            loss=task.loss(),
            optimizer=nn.Adam(rate, decay=DECAY),
            accuracy=task.accuracy(),
        )
        return ModelCourse(model, *task.train)

    def advance(self, epoch: int) -> None:
        """Train all three until that epoch."""
        for course in self.courses.values():
            course.advance(epoch)
        self.epoch = epoch


COURSES = Courses(Three)


def tasks_frame(width: int, rate: float, epoch: int) -> Frame:
    """Return what the three models draw after so many epochs, and their histories."""
    courses = COURSES.at(epoch, width=width, rate=rate).courses
    yes = courses["binary"].model.predict(PLACES)
    curve = courses["sine"].model.predict(CENTERED)[:, 0]
    arrays = {
        "binary": class_bytes(np.hstack([1 - yes, yes]), LEVELS),
        "three": class_bytes(courses["three"].model.predict(PLACES), LEVELS),
        "curve": curve,
    }
    for name, course in courses.items():
        losses = course.entries("loss", LOOKS) / TASKS[name].guessing
        arrays[f"{name} loss"] = losses.clip(0, MOST * 1.1)  # what is off the picture
        arrays[f"{name} accuracy"] = course.entries("accuracy", LOOKS)
    return Frame(
        arrays, f"Epoch {epoch}. {history_words(courses)} {test_words(courses)}"
    )


def history_words(courses: dict[str, ModelCourse]) -> str:
    """Say what the last entries of the histories are."""
    if not courses["sine"].epoch:
        return "The histories are empty."
    entries = [
        f"{words} loss {short(course.history.loss[-1])}, accuracy {course.history.accuracy[-1]:.1%}"
        for words, course in zip(
            ("binary", "three classes", "sine"), courses.values(), strict=True
        )
    ]
    return f"The histories' last entries: {'; '.join(entries)}."


def test_words(courses: dict[str, ModelCourse]) -> str:
    """Say how good the pictures are."""
    right = [
        courses[name].model.evaluate(*TASKS[name].test).accuracy
        for name in ("binary", "three")
    ]
    off = np.abs(courses["sine"].model.predict(CENTERED) - SINE).max()
    return (
        f"Of 2,000 and 3,000 test points {right[0]:.1%} and {right[1]:.1%} are right; "
        f"the curve is off by up to {off:.2f}."
    )


def short(loss: float) -> str:
    """Return a loss with three digits behind the point, or with two digits in all where it is small."""
    text = f"{loss:.3f}" if loss >= 0.1 else f"{loss:.2g}"
    return text.replace("e-0", "e\N{MINUS SIGN}")


def answers(title: str, name: str) -> dict[str, Any]:
    """Return the pane with a spiral and what its model answers over the plane."""
    return {
        "kind": "map",
        "title": title,
        "field": name,
        "palette": "classes",
        "points": f"{name} points",
        **PLANE,
    }


def histories(title: str, what: str, **more: Any) -> dict[str, Any]:
    """Return the pane with one list of all three histories."""
    dashes: dict[str, dict[str, Any]] = {
        "binary": {"marker": 0},
        "three classes": {"marker": 1, "dash": [7, 3]},
        "sine": {"marker": 2, "dash": [2, 3]},
    }
    series = [
        {"field": f"{name} {what}", "label": label, "color": place, **look}
        for place, (name, (label, look)) in enumerate(
            zip(TASKS, dashes.items(), strict=True)
        )
    ]
    return {
        "kind": "chart",
        "place": "beside",
        "title": title,
        "needs": f"sine {what}",
        "x": [1, LAST],
        "xlabel": "epoch (logarithm)",
        "series": series,
        **more,
    }


THREE_TASKS = Recipe(
    title="One setting, three tasks",
    axes=(
        Axis(
            "width",
            "Neurons per hidden layer",
            (8, 16, 64),
            16,
            (*range(1, 17), 24, 32, 48, 128),
        ),
        Axis(
            "rate",
            "Learning rate",
            (0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
            0.01,
            powers(-4, 0, 4),
            "{:g}",
        ),
        Axis("epoch", "Epoch", EPOCHS, 50, tuple(range(0, LAST + 1, 5))),
    ),
    panes=(
        answers("Binary spiral", "binary"),
        answers("Spiral of three classes", "three"),
        {
            "kind": "chart",
            "title": "Sine",
            "needs": "curve",
            "x": [0, 1],
            "y": [-HIGH, HIGH],
            "xlabel": "x",
            "ylabel": "y",
            "series": [
                {"field": "sine", "label": "sine", "dash": [6, 4]},
                {"field": "curve", "label": "model", "color": 2, "width": 3},
            ],
        },
        histories(
            "history.loss, as a share of what guessing costs",
            "loss",
            y=[0, MOST],
        ),
        histories("history.accuracy", "accuracy", y=[0, 1]),
    ),
    fields={
        "binary": Field(),
        "three": Field(),
        "curve": Field(-HIGH - 0.1, HIGH + 0.1),
        **{f"{name} loss": Field(0, MOST * 1.1, gaps=True) for name in TASKS},
        **{f"{name} accuracy": Field(0, 1, gaps=True) for name in TASKS},
    },
    compute=tasks_frame,
    play="epoch",
    pace=900,
    trains=True,
    engine={
        "kind": "tasks",
        "plan": {"start": "he_normal", "decay": DECAY, "looks": LOOKS.tolist()},
        "starts": [start_of(0), start_of(100)],
        "most": MOST * 1.1,
        "guessing": {name: float(task.guessing) for name, task in TASKS.items()},
    },
    constants={
        **{
            f"{name} points": np.column_stack(TASKS[name].train)
            for name in ("binary", "three")
        },
        "sine": SINE[:, 0],
    },
)

GLANCE = glance(
    THREE_TASKS,
    "Which learning rate serves all three tasks best?",
    {
        **THREE_TASKS.panes[3],
        "title": "The loss; who guesses has 1",
    },
    move={"rate": THREE_TASKS.axes[1].values},
    epoch=LAST,
    said=(1, 3),
)
