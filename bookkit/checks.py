"""What judges an exercise, and what shows that a check catches a bug.

An exercise's checker lives in bookkit/exercises/chNN.py. It is handed what the reader wrote
and raises `Hint` with one sentence that helps, or returns a sentence that takes the idea further.
"""

import importlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import fill
from typing import Any, NoReturn

import numpy as np

Checker = Callable[[Any], str]
WIDTH = 80  # characters in a line of what is printed


class Hint(Exception):
    """What is not right yet, and where to look."""


@dataclass(frozen=True)
class Exercise:
    """An exercise's number ("1.2"), its title and its checker."""

    number: str
    title: str
    checker: Checker


@dataclass(frozen=True)
class Verdict:
    """What a check found: whether the answer passes, and what to tell the reader."""

    passed: bool
    message: str


def exercises(chapter: int) -> dict[str, Exercise]:
    """Return the chapter's exercises by number; ValueError where the chapter has none."""
    try:
        module = importlib.import_module(f"bookkit.exercises.ch{chapter:02d}")
    except ModuleNotFoundError as error:
        raise ValueError(f"Chapter {chapter} has no exercises.") from error
    return {exercise.number: exercise for exercise in module.EXERCISES}


def judge(number: str, answer: Any) -> Verdict:
    """Run the checker of exercise `number` ("1.2") on what the reader wrote."""
    chapter = number.partition(".")[0]
    known = exercises(int(chapter)) if chapter.isdigit() else {}
    if number not in known:
        listed = ", ".join(known) or 'numbers look like "1.2"'
        raise ValueError(f"There is no exercise {number!r}: {listed}.")
    exercise = known[number]
    name = f"Exercise {number}, {exercise.title}"
    try:
        return Verdict(True, f"{name}: correct. {exercise.checker(answer)}")
    except NotImplementedError:
        return Verdict(
            False,
            f"{name}: not started. Replace the line that raises with your own code.",
        )
    except Hint as hint:
        return Verdict(False, f"{name}: not yet. {hint}")
    except Exception as error:
        what = (
            f"{type(error).__name__}: {str(error).strip().rstrip('.')}{_where(error)}."
        )
        if isinstance(error, ValueError | IndexError):
            what += " Print the shapes of what meets there."
        return Verdict(False, f"{name}: your code stopped with {what}")


def check(number: str, answer: Any) -> None:
    """Print what the checker of exercise `number` says of the reader's function, layer or value."""
    print(fill(judge(number, answer).message, WIDTH, subsequent_indent="  "))


def _where(error: Exception) -> str:
    """Name the last line of the reader's own code on the way to the error, if it can be found."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if "ipykernel" in frame.filename or frame.filename.startswith("<"):
            return (
                f" (line {frame.lineno}: {frame.line})"
                if frame.line
                else f" (line {frame.lineno})"
            )
    return ""


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
    if array.shape != shape:
        fail(f"{what} has shape {array.shape}; {shape} is needed.")
    return array


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
