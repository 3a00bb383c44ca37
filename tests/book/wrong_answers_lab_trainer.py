"""Wrong answers to the exercises of lab *Loaders and a trainer*, each with the hint that it should get."""

import math

import numpy as np

from nnfs_lib.labs.trainer import Dataset


class Windows(Dataset):
    """Exercise 2's data set, right; the wrong ones change a part."""

    def __init__(self, series, width):
        self.series, self.width = series, width

    def __len__(self):
        return len(self.series) - self.width

    def __getitem__(self, index):
        end = index + self.width
        return self.series[index:end], self.series[end]


def windows(length=None, item=None, **parts):
    """Return the data set with another length or item; both take series, width (and the index)."""
    if length:
        parts["__len__"] = lambda self: length(self.series, self.width)
    if item:
        parts["__getitem__"] = lambda self, index: item(self.series, self.width, index)
    return type("Wrong", (Windows,), parts)


class NoDataset:
    __init__, __len__, __getitem__ = (
        Windows.__init__,
        Windows.__len__,
        Windows.__getitem__,
    )


def scales_in_place(self, series, width):
    series /= series.max()
    Windows.__init__(self, series, width)


def sets_the_series_on_its_head(self, series, width):
    Windows.__init__(self, series[::-1], width)


def in_turn(self, index):
    self.next = getattr(self, "next", -1) + 1
    return Windows.__getitem__(self, self.next)


def gathered(
    weight=lambda y, loader: len(y), whole=lambda samples, loader: samples, moves=False
):
    """Return exercise 3's function, with what a reader may get wrong."""

    def accumulated(model, loader):
        total, samples = 0.0, 0
        for X, y in loader:
            total = total + weight(y, loader) * model.gradients(X, y)
            samples += len(y)
            if moves:
                model.step(X, y)
        return total / whole(samples, loader)

    return accumulated


def one_by_one(model, loader):
    return [model.gradients(X, y) for X, y in loader]


def first_alone(model, loader):
    for X, y in loader:
        return model.gradients(X, y)


def last_alone(model, loader):
    for X, y in loader:
        gradient = model.gradients(X, y)
    return gradient


def all_at_once(model, loader):
    X, y = (np.concatenate(parts) for parts in zip(*loader, strict=True))
    return model.gradients(X, y)


def all_of_the_data_set(model, loader):
    return model.gradients(*loader.dataset.arrays)


def half_and_half(model, loader):
    total = 0.0
    for X, y in loader:
        total = (total + model.gradients(X, y)) / 2
    return total


def returns_nothing(model, loader):
    gathered()(model, loader)


WRONG_ANSWERS = [
    ("trainer.1", lambda size, batch, drop_last: size / batch, "round 3.25 up or down"),
    (
        "trainer.1",
        lambda size, batch, drop_last: size // batch,
        "13 samples in batches of 4, drop_last=False: what is left over makes a batch",
    ),
    (
        "trainer.1",
        lambda size, batch, drop_last: math.ceil(size / batch),
        "drop_last=True: the short batch is dropped",
    ),
    (
        "trainer.1",
        lambda size, batch, drop_last: size // batch + (not drop_last),
        "nothing is left over, so there is no short batch",
    ),
    (
        "trainer.1",
        lambda size, batch, drop_last: size // batch + (size % batch > 0 and drop_last),
        "drop_last=False: what is left over makes a batch too",
    ),
    (
        "trainer.1",
        lambda size, batch, drop_last: max(
            1, size // batch + (size % batch > 0 and not drop_last)
        ),
        "3 samples in batches of 8, drop_last=True: the short batch is dropped",
    ),
    (
        "trainer.1",
        lambda size, batch, drop_last: round(size / batch),
        "what is left over makes a batch too",
    ),
    ("trainer.1", lambda size, batch, drop_last: size % batch, "3, not 0"),
    ("trainer.1", lambda size, batch, drop_last: None, "does your function return"),
    (
        "trainer.1",
        lambda size, batch, drop_last: list(range(0, size, batch)),
        "should be one number",
    ),
    ("trainer.2", windows(lambda series, width: len(series)), "fewer windows than 6"),
    (
        "trainer.2",
        windows(lambda series, width: len(series) - width + 1),
        "The last window of 2 has nothing behind it",
    ),
    (
        "trainer.2",
        windows(lambda series, width: len(series) - width - 1),
        "with a value behind them, not 3",
    ),
    (
        "trainer.2",
        windows(lambda series, width: len(series) // width),
        "behind them, not",
    ),
    (
        "trainer.2",
        windows(lambda series, width: len(series) - 2),
        "is the width built in",
    ),
    ("trainer.2", windows(lambda series, width: 4.0), "has to be a whole number"),
    (
        "trainer.2",
        windows(item=lambda series, width, i: series[i : i + width]),
        "a tuple of two",
    ),
    (
        "trainer.2",
        windows(
            item=lambda series, width, i: [series[i : i + width], series[i + width]]
        ),
        "a tuple of two",
    ),
    (
        "trainer.2",
        windows(
            item=lambda series, width, i: (series[i : i + width + 1], series[i + width])
        ),
        "has shape (3,); (2,) is needed",
    ),
    (
        "trainer.2",
        windows(
            item=lambda series, width, i: (series[i : i + width], series[i + width - 1])
        ),
        "the value behind the window, not its last one",
    ),
    (
        "trainer.2",
        windows(
            item=lambda series, width, i: (
                series[i : i + width],
                series[i + 1 : i + 1 + width],
            )
        ),
        "The target is one value, got the shape (2,)",
    ),
    (
        "trainer.2",
        windows(
            item=lambda series, width, i: (
                series[width * i : width * i + width],
                series[(width * i + width) % len(series)],
            )
        ),
        "Window number 2 is [4.0, 1.5], not [9.0, 2.0]",
    ),
    (
        "trainer.2",
        windows(item=lambda series, width, i: (series[i : i + 2], series[i + width])),
        "is the width built in",
    ),
    (
        "trainer.2",
        windows(item=lambda series, width, i: (series[i : i + width], series[i + 2])),
        "9 stands behind the values from 5 to 8, not 7.0: is the width built in",
    ),
    (
        "trainer.2",
        windows(__getitem__=in_turn),
        "Window number 2 is [4.0, 1.5], not [3.",
    ),
    ("trainer.2", windows(__init__=scales_in_place), "handed in has changed"),
    (
        "trainer.2",
        windows(__init__=sets_the_series_on_its_head),
        "Window number 2 is [4.0, 1.5], not [1.5, 4.0]",
    ),
    ("trainer.2", NoDataset, "Inherit from Dataset"),
    (
        "trainer.3",
        gathered(lambda y, loader: 1, lambda samples, loader: len(loader)),
        "A short batch counts for less",
    ),
    (
        "trainer.3",
        gathered(lambda y, loader: loader.sampler.batch_size),
        "A short batch counts for less",
    ),
    (
        "trainer.3",
        gathered(lambda y, loader: 1, lambda samples, loader: 1),
        "That is the sum over the batches",
    ),
    (
        "trainer.3",
        gathered(whole=lambda samples, loader: 1),
        "That is the sum over the samples",
    ),
    (
        "trainer.3",
        gathered(whole=lambda samples, loader: len(loader)),
        "That is the sum over the samples",
    ),
    ("trainer.3", gathered(moves=True), "a gradient is asked for, and no step"),
    ("trainer.3", first_alone, "the first batch alone"),
    ("trainer.3", last_alone, "the last batch alone"),
    ("trainer.3", all_at_once, "45 samples were in memory at once, the batches have 9"),
    ("trainer.3", all_of_the_data_set, "45 samples were in memory at once"),
    ("trainer.3", half_and_half, "it is not the gradient of all of them"),
    ("trainer.3", one_by_one, "The gradient has shape (1, "),
    ("trainer.3", returns_nothing, "does your function return its result"),
]
