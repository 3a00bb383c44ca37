"""History, built in chapters 10 and 11.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["History"]


@dataclass
class History:
    """What a training measured: lists of floats with one entry an epoch.

    `loss` is the sum of `data_loss` and `regularization_loss`. Where an epoch is one
    full batch, its entries are the values before its update; otherwise the means over
    its samples, each as its batch found it, and the learning rate of the last step.
    What was not measured is an empty list. `interrupted` is True where a keyboard
    interrupt ended the training; the lists then hold the epochs that were finished.

    Built in chapter 10.
    """

    loss: list[float] = field(default_factory=list)
    data_loss: list[float] = field(default_factory=list)
    regularization_loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    interrupted: bool = False

    def append(self, record: Mapping[str, float]) -> None:
        """Add what an epoch has measured, by the names of the lists."""
        for name, value in record.items():
            getattr(self, name).append(value)


def _short(value: float) -> str:
    """Return a number with three decimals; with three digits if small or large."""
    return f"{value:.3f}" if 0.1 <= abs(value) < 1000 else f"{value:.3g}"


def _as_line(epoch: int, epochs: int, record: Mapping[str, float]) -> str:
    """Return what is printed of an epoch."""
    parts = [f"loss {_short(record['loss'])}"]
    if record["regularization_loss"]:
        data, added = record["data_loss"], record["regularization_loss"]
        parts[0] += f" (data {_short(data)} + regularization {_short(added)})"
    if "accuracy" in record:
        parts.append(f"accuracy {record['accuracy']:.3f}")
    if "val_loss" in record:
        parts.append(f"validation loss {_short(record['val_loss'])}")
    if "val_accuracy" in record:
        parts.append(f"validation accuracy {record['val_accuracy']:.3f}")
    parts.append(f"learning rate {record['learning_rate']:.3g}")
    return f"epoch {epoch:{len(str(epochs))}d}: {', '.join(parts)}"


class _Evaluation(NamedTuple):
    """What `evaluate` returns; `loss, accuracy = model.evaluate(X, y)` unpacks it.

    The loss is without penalties; the accuracy is NaN where the model has none.

    Built in chapter 11.
    """

    loss: float
    accuracy: float
