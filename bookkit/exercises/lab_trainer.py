"""Checkers for the exercises of lab *Loaders and a trainer*."""

import numpy as np

import nnfs_lib as nn
from bookkit.checks import Exercise, expect_array, expect_number, fail
from nnfs_lib.labs.trainer import ArrayDataset, DataLoader


def batches_in(answer):
    """Judge the number of batches in an epoch."""
    for size, batch_size, drop_last, right in (
        (12, 4, False, 3),
        (12, 4, True, 3),
        (13, 4, False, 4),
        (13, 4, True, 3),
        (3, 8, False, 1),
        (3, 8, True, 0),
        (200, 90, False, 3),
    ):
        handed = f"{size} samples in batches of {batch_size}, drop_last={drop_last}"
        found = expect_number(
            answer(size, batch_size, drop_last), f"What {handed} give"
        )
        if found == right:
            continue
        if found == size / batch_size:
            fail(f"{handed}: there is no part of a batch; round {found:g} up or down.")
        if found == size // batch_size + 1 and size % batch_size == 0:
            fail(f"{handed}: nothing is left over, so there is no short batch.")
        if found == -(-size // batch_size):
            fail(f"{handed}: the short batch is dropped.")
        if found == size // batch_size:
            fail(f"{handed}: what is left over makes a batch too.")
        fail(f"{handed}: {right}, not {found:g}.")
    return "So a step is not always a batch_size of samples: a loss that is summed would notice."


def windows(answer):
    """Judge the data set of windows that slide over a series."""
    series = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0])
    kept = series.copy()
    dataset = answer(series, 2)
    try:
        length = len(dataset)
    except TypeError:
        fail("len(dataset) has to be a whole number: return it from __len__.")
    if length == 6:
        fail(
            "A window of 2 needs a value behind it: 6 values have fewer windows than 6."
        )
    if length == 5:
        fail("The last window of 2 has nothing behind it to be its target.")
    if length != 4:
        fail(f"6 values have 4 windows of 2 with a value behind them, not {length}.")
    for index in (2, 0, 3, 1):  # by number, and not in turn
        sample = dataset[index]
        if not isinstance(sample, tuple) or len(sample) != 2:
            fail(
                "dataset[index] is a tuple of two: the window, and the value behind it."
            )
        window = expect_array(sample[0], (2,), f"The window number {index}")
        if not np.array_equal(window, series[index : index + 2]):
            right = series[index : index + 2].tolist()
            fail(f"Window number {index} is {right}, not {window.tolist()}.")
        if not isinstance(sample[0], np.ndarray):
            fail("The window is an array, (width,): cut it out of the series.")
        target = np.asarray(sample[1], dtype=float)
        if target.shape != ():
            fail(f"The target is one value, got the shape {target.shape}.")
        if float(target.reshape(())) == series[index + 1]:
            fail("The target is the value behind the window, not its last one.")
        if float(target.reshape(())) != series[index + 2]:
            fail(
                f"Behind window number {index} stands {series[index + 2]}, not {target}."
            )
    if not np.array_equal(series, kept):
        fail("The series that was handed in has changed.")
    other = answer(np.arange(10.0), 4)
    if len(other) != 6 or not np.array_equal(other[5][0], [5, 6, 7, 8]):
        fail("With ten values and windows of 4 it goes wrong: is the width built in?")
    if float(np.reshape(other[5][1], ())) != 9:
        found = f"not {other[5][1]}: is the width built in?"
        fail(f"With windows of 4, 9 stands behind the values from 5 to 8, {found}")
    if not hasattr(other, "take"):
        fail("Inherit from Dataset: its take is what a DataLoader calls.")
    try:
        X, y = next(iter(DataLoader(other, 3)))
    except Exception as error:
        fail(f"A DataLoader can't stack the samples: {error}")
    if X.shape != (3, 4) or len(y) != 3:
        fail(f"A batch of 3 has X of shape (3, 4), not {X.shape}.")
    return "A text, a price or a temperature over time is such a series."


class Watched(nn.Model):
    """Remembers how many samples it was asked about at once."""

    largest = 0

    def gradients(self, X, y):
        """Return what a model returns."""
        self.largest = max(self.largest, len(X))
        return super().gradients(X, y)


def accumulated(answer):
    """Judge the gradient of all samples, put together from batches."""
    X, y = nn.spiral_data(15, 3, rng=0)

    def network():
        layers = [
            nn.Dense(2, 8, rng=1, weight_l2=0.01, dtype=np.float64),
            nn.ReLU(),
            nn.Dense(8, 3, rng=2, dtype=np.float64),
            nn.Softmax(),
        ]
        model = Watched(layers)
        model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD(0.1))
        return model

    model = network()
    right = network().gradients(X, y)
    before = model.parameters.copy()
    for size in (45, 9, 20):
        model.largest = 0
        loader = DataLoader(ArrayDataset(X, y), size)
        found = expect_array(answer(model, loader), right.shape, "The gradient")
        if not np.array_equal(model.parameters, before):
            fail("The parameters have moved: a gradient is asked for, and no step.")
        if model.largest > size:
            fail(
                f"{model.largest} samples were in memory at once, the batches have {size}: "
                "ask for the gradient of each batch."
            )
        if np.allclose(found, right, rtol=1e-6, atol=1e-9):
            continue
        parts = [network().gradients(*batch) for batch in loader]
        if len(parts) > 1 and np.allclose(found, parts[0]):
            fail("That is the gradient of the first batch alone.")
        if len(parts) > 1 and np.allclose(found, parts[-1]):
            fail("That is the gradient of the last batch alone.")
        if np.allclose(found, np.mean(parts, axis=0)) or np.allclose(
            found, size * np.sum(parts, axis=0) / len(X)
        ):
            fail("A short batch counts for less: weight each by its samples.")
        if np.allclose(found, len(X) * right):
            fail("That is the sum over the samples: divide by their number.")
        if np.allclose(found, len(loader) * right):
            fail(
                "That is the sum over the batches: the loss is a mean over all samples."
            )
        fail(
            f"With batches of {size} of 45 samples, it is not the gradient of all of them."
        )
    given = [(X[:20], y[:20]), (X[20:30], y[20:30])]  # a loader that drops the rest
    dropping = DataLoader(ArrayDataset(X[:30], y[:30]), 20)
    dropping.dataset = ArrayDataset(X, y)
    for leaving in (given, dropping):
        found = expect_array(answer(model, leaving), right.shape, "The gradient")
        if not np.allclose(found, network().gradients(X[:30], y[:30])):
            fail(
                "Of a loader that leaves samples out, only those count that it gives: "
                "add up the lengths of its batches."
            )
    return (
        "So a batch may be larger than the memory: many small ones, and then one step."
    )


EXERCISES = (
    Exercise("trainer.1", "Count the batches", batches_in),
    Exercise("trainer.2", "Windows of a series", windows),
    Exercise("trainer.3", "A batch larger than the memory", accumulated),
)
