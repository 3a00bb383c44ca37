"""What judges an exercise, and what shows that a check catches a bug.

An exercise's checker lives in bookkit/exercises/chNN.py, or lab_NAME.py. It is handed what the reader wrote
and raises `Hint` with one sentence that helps, or returns a sentence that takes the idea further.
"""

import importlib
import re
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, shorten
from typing import Any, NoReturn

import numpy as np

Checker = Callable[[Any], str]
WIDTH = 80  # characters in a line of what is printed


class Hint(Exception):
    """What is not right yet, and where to look."""


@dataclass(frozen=True)
class Exercise:
    """An exercise's number ("1.2", in a lab "autograd.1"), its title and its checker."""

    number: str
    title: str
    checker: Checker
    # What is handed in, by name, where it is more than one function or class.
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a check found: whether the answer passes, and what to tell the reader."""

    passed: bool
    message: str


def exercises(part: int | str) -> dict[str, Exercise]:
    """Return the exercises of a chapter, or of a lab by its name; ValueError where it has none."""
    chapter = isinstance(part, int)
    name = f"bookkit.exercises.{f'ch{part:02d}' if chapter else f'lab_{part}'}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # something that the checkers need
            raise
        place = f"Chapter {part}" if chapter else f"Lab {part}"
        raise ValueError(f"{place} has no exercises.") from error
    return {exercise.number: exercise for exercise in module.EXERCISES}


def judge(number: str, answer: Any) -> Verdict:
    """Run the checker of exercise `number` ("1.2") on what the reader wrote."""
    if not isinstance(number, str):
        raise TypeError(
            f'An exercise\'s number stands in quotes: check("{number}", ...).'
        )
    part, _, place = number.partition(".")
    known = exercises(int(part) if part.isdigit() else part) if place else {}
    if number not in known:
        listed = ", ".join(known) or 'numbers look like "1.2"'
        raise ValueError(f"There is no exercise {number!r}: {listed}.")
    exercise = known[number]
    name = f"Exercise {number}, {exercise.title}"
    try:
        _check_handed_in(exercise, answer)
        return Verdict(True, f"{name}: correct. {exercise.checker(answer)}")
    except NotImplementedError:
        return Verdict(
            False,
            f"{name}: not started. Replace the line that raises with your own code.",
        )
    except Hint as hint:
        return Verdict(False, f"{name}: not yet. {hint}")
    except Exception as error:
        return Verdict(False, f"{name}: {_explain(error)}")


def check(number: str, answer: Any) -> None:
    """Print what the checker of exercise `number` says of the reader's function, layer or value."""
    print(fill(judge(number, answer).message, WIDTH, subsequent_indent="  "))


def _check_handed_in(exercise: Exercise, answer: Any) -> None:
    """Hint at what to hand in, unless it is what the exercise takes."""
    if exercise.parts:
        if not isinstance(answer, tuple) or len(answer) != len(exercise.parts):
            call = f'check("{exercise.number}", ({", ".join(exercise.parts)}))'
            fail(f"Several things are handed in at once, in this order: {call}.")
        # The last one may be the library, a module.
        named = zip(exercise.parts, answer, strict=True)
        parts = [part for part_name, part in named if part_name != "nn"]
    else:
        parts = [answer]
    for part in parts:
        if not callable(part):
            shown = shorten(repr(part), 40, placeholder=" ...")
            fail(
                f"The check calls your function or class itself. What it got is {shown}, "
                f"{type(part).__name__}: hand in the name, with no parentheses behind it."
            )


# What NumPy says where two arrays don't fit, or an index doesn't fit an array.
SHAPES = re.compile(
    r"broadcast|matmul|not aligned|dimension|axis \d|indices for array|inhomogeneous"
)


def _explain(error: Exception) -> str:
    """Say what an error was, and whether it came from the reader's code or from the check's."""
    what = f"{type(error).__name__}: {str(error).strip().rstrip('.')}"
    frame = _reader_frame(error)
    if frame is None:
        return (
            f"the check itself stopped, and not your code, with {what}. Your answer may be of "
            "another kind than it expects, such as text where a number is wanted: compare it "
            "with what the exercise asks for."
        )
    if "ipykernel" in frame.filename or frame.filename.startswith("<"):
        what += f" (line {frame.lineno}" + (f": {frame.line})" if frame.line else ")")
    advice = (
        " Print the shapes of what meets there." if SHAPES.search(str(error)) else ""
    )
    return f"your code stopped with {what}.{advice}"


def _reader_frame(error: Exception) -> traceback.FrameSummary | None:
    """Return the last place in the reader's own code on the way to the error, if there is one."""
    here = Path(__file__).resolve().parent
    paths = sysconfig.get_paths()
    ours = (
        here,
        here.parent / "nnfs_lib",
        *map(Path, (paths["stdlib"], paths["purelib"])),
    )
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith("<frozen"):
            continue
        place = Path(frame.filename)
        if not any(place.is_relative_to(folder) for folder in ours):
            return frame
    return None


def fail(hint: str) -> NoReturn:
    """Raise the hint; reads well at the end of an `or`."""
    raise Hint(hint)


def expect_array(actual: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Return `actual` as an array of that shape, or hint at what it is instead."""
    if actual is None:
        fail(f"{what} is None: does your function return its result?")
    try:
        array = np.asarray(actual)
        ragged = array.dtype == object
    except ValueError:
        ragged = True
    if ragged:
        fail(f"{what} is not a table of numbers: every row needs the same length.")
    if array.dtype.kind not in "biufc":
        fail(
            f"{what} should be numbers, not {shorten(repr(actual), 40, placeholder=' ...')}."
        )
    if array.shape != shape:
        fail(f"{what} has shape {array.shape}; {shape} is needed.")
    return array


def expect_number(actual: Any, what: str) -> float:
    """Return `actual` as a float, or hint at what it is instead."""
    if actual is None:
        fail(f"{what} is None: does your function return its result?")
    if isinstance(actual, str) or np.ndim(actual) or np.asarray(actual).dtype == object:
        fail(
            f"{what} should be one number, not {shorten(repr(actual), 40, placeholder=' ...')} "
            f"({type(actual).__name__})."
        )
    return float(actual)


def expect_close(
    actual: Any, expected: Any, hint: str, tolerance: float = 1e-5
) -> None:
    """Raise the hint unless every number is within `tolerance`, relative or absolute."""
    if not np.allclose(actual, expected, rtol=tolerance, atol=tolerance):
        fail(hint)


def catches(check: Callable[[Any], None], *, wrong: Any, right: Any) -> None:
    """Print that `check` accepts `right` and rejects `wrong`, in the words of its AssertionError.

    A check that rejects `right`, or lets `wrong` pass, raises AssertionError: then it proves nothing.
    """
    check(right)
    try:
        check(wrong)
    except AssertionError as error:
        print(f"{check.__name__}\n  right version: passes\n  wrong version: {error}")
        return
    raise AssertionError(f"{check.__name__} lets the wrong version pass.")
