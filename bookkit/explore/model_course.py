"""A model in training, and its history so far, as the explorers of chapters 10 and 11 follow them."""

from itertools import pairwise
from typing import Any

import numpy as np

import nnfs_lib as nn

DECAY = 1e-3


class ModelCourse:
    """A model on its way: `advance` trains it with `Model.train`, and keeps what that measured.

    how: what `train` takes besides the data and the epochs. history: name -> entries, one an epoch.
    """

    def __init__(
        self, model: nn.Model, X: np.ndarray, y: np.ndarray, **how: Any
    ) -> None:
        """Begin before the first epoch."""
        self.model, self.X, self.y, self.how = model, X, y, how
        self.epoch = 0
        self.history = nn.History()

    def advance(self, epoch: int) -> None:
        """Train until that epoch, from where the training is."""
        if epoch <= self.epoch:
            return
        part = self.model.train(
            self.X, self.y, epochs=epoch - self.epoch, print_every=0, **self.how
        )
        for name, entries in vars(self.history).items():
            if isinstance(entries, list):
                entries += getattr(part, name)
        self.epoch = epoch

    def entries(self, name: str, looks: np.ndarray) -> np.ndarray:
        """Return the history's entries of those epochs, which count from 1; NaN where there are none yet."""
        found = np.full(max(looks.max(), self.epoch) + 1, np.nan)
        found[1 : self.epoch + 1] = getattr(self.history, name)
        return found[looks]


def dense_model(
    sizes: tuple[int, ...],
    last: nn.Layer,
    rng: int | np.random.Generator = 0,
    **parts: Any,
) -> nn.Model:
    """Return a model of Dense layers with ReLU between them and that last layer.

    Its weights are He's, always of the same seed; rng draws the order of samples; parts: for `set`.
    """
    draw = np.random.default_rng(0)
    model = nn.Model(rng=rng)
    for n_inputs, n_neurons in pairwise(sizes):
        model.add(nn.Dense(n_inputs, n_neurons, initializer=nn.he_normal, rng=draw))
        model.add(nn.ReLU())
    model.layers[-1] = last
    model.set(**parts)
    model.finalize()
    return model


def classifier(width: int, rate: float, rng: int | np.random.Generator = 0) -> nn.Model:
    """Return a model of 2-width-width-3 for the spiral, ready to train."""
    return dense_model(
        (2, width, width, 3),
        nn.Softmax(),
        rng,
        loss=nn.CategoricalCrossentropy(),
        optimizer=nn.Adam(rate, decay=DECAY),
        accuracy=nn.CategoricalAccuracy(),
    )
