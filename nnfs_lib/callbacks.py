"""Callbacks, built in chapters 11 and 13.

Generated from the chapters: edit them, not this file.
"""

import math
from typing import Any

from nnfs_lib.datasets import _check_count
from nnfs_lib.history import History
from nnfs_lib.model import Model

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """A callback: ends a training whose loss has not fallen for `patience` epochs.

    It looks at the validation loss where there is one, and at the training loss
    otherwise. With restore_best, a model that it stops has its best epoch's parameters.
    Source: Prechelt (1998).

    Built in chapters 11 and 13.
    """

    def __init__(self, patience: int, *, restore_best: bool = True) -> None:
        """Take how many epochs without a new best to wait for."""
        self.patience = _check_count(patience, "patience", least=1)
        self.restore_best = restore_best
        self.best_loss = math.inf
        self.best_epoch = 0
        self.best_parameters: Any = None

    def __call__(self, model: Model, history: History) -> bool:
        """Return whether to stop; then the model has its best parameters."""
        losses = history.val_loss or history.loss
        loss = math.inf if math.isnan(losses[-1]) else losses[-1]
        if len(losses) == 1 or loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, len(losses)
            self.best_parameters = model.get_parameters()
        if len(losses) - self.best_epoch < self.patience:
            return False
        if self.restore_best:
            model.set_parameters(self.best_parameters)
        return True
