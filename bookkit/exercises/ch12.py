"""Checkers for the exercises of chapter 12."""

import tempfile
import warnings
from pathlib import Path

import numpy as np

from bookkit.checks import Exercise, expect_array, expect_close, expect_number, fail
from nnfs_lib.strangers import _read_idx


def memory(answer):
    """Judge the memory of pictures."""
    for count, height, width, dtype, right in (
        (60000, 28, 28, np.uint8, 47.04),
        (60000, 28, 28, np.float32, 188.16),
        (10, 100, 200, np.float64, 1.6),
    ):
        found = answer(count, height, width, dtype)
        found = expect_number(found, "The number of megabytes")
        if np.isclose(found, right * 1e6):
            fail("Those are bytes: a megabyte is a million of them.")
        if np.isclose(found, right * 1e6 / 2**20):
            fail("Millions of bytes are asked for, not 1,048,576.")
        name = np.dtype(dtype).name
        expect_close(
            found,
            right,
            f"{count} pictures of {height} x {width} as {name} are {right}.",
        )
    return (
        "As float32 the training set takes four times the room, and every copy again."
    )


def by_class(answer):
    """Judge recall and precision, class by class."""
    counts = np.array([[8, 2, 0], [4, 4, 0], [0, 2, 0]])
    found = answer(counts)
    if found is None or len(found) != 2:
        fail("Return two arrays: recall and precision.")
    recall, precision = (expect_array(each, (3,), "Each of the two") for each in found)
    expected = np.array([0.8, 0.5, 0.0]), np.array([8 / 12, 0.5, 0.0])
    if np.allclose(recall, expected[1]) and np.allclose(precision, expected[0]):
        fail(
            "Recall comes first: it divides by the row, by what there is of the class."
        )
    expect_close(
        recall, expected[0], "Recall: the diagonal over the sum of its row, 8 of 10."
    )
    expect_close(
        precision,
        expected[1],
        "Precision: the diagonal over the sum of its column, 8 of 12; 0 where a class was never the answer.",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nothing = answer(np.array([[0, 0], [1, 3]]))
    expect_close(nothing[0], [0, 0.75], "A class without pictures has a recall of 0.")
    expect_close(nothing[1], [0, 1], "And a precision of 0.")
    return "For shirts both are low: many go astray, and many others come in."


def idx(answer):
    """Judge the bytes of an IDX file, by reading them."""
    rng = np.random.default_rng(0)
    for shape in ((5,), (3, 4), (300, 2, 7)):
        array = rng.integers(256, size=shape, dtype=np.uint8)
        found = answer(array)
        if not isinstance(found, bytes):
            fail("Return bytes: bytes([0, 0, 8, array.ndim]) is a beginning.")
        if found[:4] != bytes([0, 0, 8, array.ndim]):
            fail(
                f"It begins with 00 00 08 and the number of axes; yours with {found[:4].hex(' ')}."
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(found)
            try:
                back = _read_idx(path)
            except ValueError as error:
                reason = str(error).partition("damaged: ")[2]
                fail(
                    f"An array of shape {shape} can't be read back: {reason} "
                    "Each size has four bytes, the highest first."
                )
        if back.shape != shape or not np.array_equal(back, array):
            fail(
                "What is read back is another array: is the order of the values right?"
            )
    turned = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    if answer(turned)[12:] != turned.tobytes():
        fail("A transposed array: write its values row by row, with tobytes().")
    return "The book's garments were written in just this way."


def shift(answer):
    """Judge pictures that were moved."""
    images = np.arange(1, 25, dtype=np.uint8).reshape(2, 3, 4)
    kept = images.copy()
    for rows, columns in (
        (1, 0),
        (0, 1),
        (-1, 0),
        (0, -2),
        (1, -1),
        (0, 0),
        (3, 0),
        (-5, 9),
    ):
        found = expect_array(
            answer(images, rows, columns), (2, 3, 4), "What comes back"
        )
        if not np.array_equal(images, kept):
            fail("The pictures you were given have changed: write into new ones.")
        if np.shares_memory(found, images):
            fail("Return new pictures, even where nothing moves.")
        if found.dtype != np.uint8:
            fail(f"Pictures stay uint8, yours are {found.dtype}.")
        right = np.array(
            [
                [
                    [
                        image[row - rows, column - columns]
                        if 0 <= row - rows < 3 and 0 <= column - columns < 4
                        else 0
                        for column in range(4)
                    ]
                    for row in range(3)
                ]
                for image in images
            ]
        )
        if not np.array_equal(found, right):
            rolled = np.roll(images, (rows, columns), axis=(1, 2))
            if np.array_equal(found, rolled):
                fail(
                    "What left on one side came back on the other: it should be black."
                )
            if np.array_equal(found, right[:, ::-1]) or (rows, columns) == (1, 0):
                fail("rows=1 moves a picture down: its first row becomes black.")
            fail(f"With rows={rows} and columns={columns} it isn't right yet.")
    return "Other shifts in every epoch are almost other pictures, and cost nothing to collect."


EXERCISES = (
    Exercise("12.1", "How much memory?", memory),
    Exercise("12.2", "Right, class by class", by_class),
    Exercise("12.3", "Write an IDX file", idx),
    Exercise("12.4", "Shift a picture", shift),
)
