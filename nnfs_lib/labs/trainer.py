"""Lab: Loaders and a trainer.

Generated from labs/trainer.ipynb: edit that.
"""

import argparse
import math
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nnfs_lib.activations import Sigmoid
from nnfs_lib.history import History
from nnfs_lib.layers import Dense, Layer
from nnfs_lib.losses import MeanSquaredError
from nnfs_lib.model import Model
from nnfs_lib.optimizers import SGD, Adam

__all__ = [
    "AdamW",
    "ArrayDataset",
    "BatchSampler",
    "Checkpointed",
    "Config",
    "DataLoader",
    "Dataset",
    "HalfSquaredError",
    "PlannedSGD",
    "Trainer",
    "between_0_and_1",
    "draw_fit",
    "main",
    "mse",
    "mse_gradient",
    "progress_bar",
    "read_config",
    "sigmoid_network",
    "two_waves",
]


class Dataset:
    """Samples by number: a subclass says how many there are, and what each of them is.

    `len(dataset)` is the number of samples; `dataset[index]` is one of them, a tuple
    such as (x, y). `take(indices)` stacks several.
    """

    def __len__(self) -> int:
        """Return the number of samples."""
        name = type(self).__name__
        raise NotImplementedError(f"{name} has no length: define __len__(self).")

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return one sample."""
        name = type(self).__name__
        raise NotImplementedError(
            f"{name} has no item: define __getitem__(self, index)."
        )

    def take(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return these samples, each part stacked: (batch, ...)."""
        samples = [self[int(index)] for index in indices]
        if not all(isinstance(sample, tuple) for sample in samples):
            needs = "needs every sample to be a tuple, such as (x, y)"
            raise ValueError(f"{type(self).__name__} {needs}, got {samples[0]!r}.")
        return tuple(np.stack(parts) for parts in zip(*samples, strict=True))


class ArrayDataset(Dataset):
    """Samples that lie in arrays of one length: the rows of X and y, for example.

    An array may be a file that is mapped into memory, `np.load(path, mmap_mode="r")`:
    then nothing but the batch at hand is ever read.
    """

    def __init__(self, *arrays: np.ndarray) -> None:
        """Take the arrays, (samples, ...) each."""
        lengths = {len(array) if np.ndim(array) else None for array in arrays}
        if len(lengths) != 1 or None in lengths:
            got = ", ".join(str(np.shape(array)) for array in arrays) or "none"
            raise ValueError(f"ArrayDataset needs arrays of one length, got {got}.")
        self.arrays = tuple(
            array if hasattr(array, "dtype") else np.array(array) for array in arrays
        )

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.arrays[0])

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Return one sample, a tuple with its row of every array."""
        return tuple(array[index] for array in self.arrays)

    def take(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return copies of these rows of every array."""
        return tuple(np.asarray(array[indices]) for array in self.arrays)


class BatchSampler:
    """The numbers from 0 to size - 1 in batches; going through once is an epoch.

    With shuffle, every epoch draws a new order from the generator. With drop_last, a
    last batch that would be short is left out.
    """

    def __init__(
        self,
        size: int,
        batch_size: int,
        *,
        shuffle: bool = False,
        drop_last: bool = False,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Take the number of samples, and of those in a batch; rng as everywhere."""
        for name, value in (("size", size), ("batch_size", batch_size)):
            if not isinstance(value, int | np.integer) or value < 1:
                needs = f"BatchSampler needs a whole number from 1 on for {name}"
                raise ValueError(f"{needs}, got {value!r}.")
        if drop_last and batch_size > size:
            advice = f"take a batch_size of at most {size}, or keep the last batch"
            raise ValueError(f"BatchSampler would drop all {size} samples: {advice}.")
        self.size, self.batch_size = int(size), int(batch_size)
        self.shuffle, self.drop_last = shuffle, drop_last
        self.rng = np.random.default_rng(rng)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        whole, rest = divmod(self.size, self.batch_size)
        return whole if self.drop_last or rest == 0 else whole + 1

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the numbers of each batch, (batch,)."""
        order = np.arange(self.size)
        if self.shuffle:
            order = self.rng.permutation(self.size)
        for number in range(len(self)):
            start = number * self.batch_size
            yield order[start : start + self.batch_size]


class DataLoader:
    """Batches of a data set; each time it is gone through, it begins anew.

    Dataset, `DataLoader` and their arguments are called as in PyTorch.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        *,
        shuffle: bool = False,
        drop_last: bool = False,
        rng: "np.random.Generator | int | None" = None,
    ) -> None:
        """Take a data set, and what a BatchSampler takes."""
        self.dataset = dataset
        self.sampler = BatchSampler(
            len(dataset), batch_size, shuffle=shuffle, drop_last=drop_last, rng=rng
        )

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self.sampler)

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        """Yield each batch: a tuple of arrays, (batch, ...)."""
        for indices in self.sampler:
            yield self.dataset.take(indices)


def mse(
    predictions: np.ndarray, targets: np.ndarray, reduction: str = "mean"
) -> np.ndarray:
    """Return the squared errors: their "mean", their "sum", or with "none" themselves.

    predictions, targets: (batch, outputs). Returns a number, (), or (batch, outputs).
    """
    squares = np.square(_errors(predictions, targets, reduction))
    if reduction == "none":
        return squares
    return squares.mean() if reduction == "mean" else squares.sum()


def mse_gradient(
    predictions: np.ndarray,
    targets: np.ndarray,
    reduction: str = "mean",
    doutputs: "np.ndarray | float" = 1.0,
) -> np.ndarray:
    """Return the gradient of `mse` with respect to the predictions, of their shape.

    doutputs: the slope along what `mse` returns, of its shape or a number.
    """
    errors = _errors(predictions, targets, reduction)
    if np.shape(doutputs) not in ((), errors.shape if reduction == "none" else ()):
        got = f"got {np.shape(doutputs)}"
        raise ValueError(f"mse_gradient needs doutputs of the shape of mse, {got}.")
    share = 1 / errors.size if reduction == "mean" else 1
    return 2 * errors * share * doutputs


def _errors(predictions: np.ndarray, targets: np.ndarray, reduction: str) -> np.ndarray:
    """Return predictions - targets; ValueError for other shapes or reductions."""
    if reduction not in ("mean", "sum", "none"):
        known = 'it is "mean", "sum" or "none"'
        raise ValueError(f"mse knows no reduction {reduction!r}: {known}.")
    if np.shape(predictions) != np.shape(targets) or np.ndim(targets) != 2:
        got = f"got {np.shape(predictions)} and {np.shape(targets)}"
        needs = "predictions and targets of one shape (batch, outputs)"
        raise ValueError(f"mse needs {needs}, {got}.")
    # At least single precision: whole numbers of few bits would wrap around.
    dtype = np.result_type(predictions, targets, np.float32)
    return np.subtract(predictions, targets, dtype=dtype)


class AdamW(Adam):
    """Adam, and in every step rate * weight_decay of each parameter is taken away.

    Biases decay too. Source: Loshchilov and Hutter (2019).
    """

    settings = ("learning_rate", "decay", "epsilon", "beta_1", "beta_2", "weight_decay")

    def __init__(
        self,
        learning_rate: float = 0.001,
        decay: float = 0.0,
        epsilon: float = 1e-7,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        weight_decay: float = 0.01,
    ) -> None:
        """Take what Adam takes, and the share that decays, 0 or more."""
        super().__init__(learning_rate, decay, epsilon, beta_1, beta_2)
        self.weight_decay = self._setting("weight_decay", weight_decay)

    def update(self, gradient: np.ndarray, change: np.ndarray) -> None:
        """The change is Adam's, and rate * weight_decay * parameters."""
        super().update(gradient, change)
        parameters = np.concatenate([array.ravel() for array in self.arrays])
        change += self.current_learning_rate * self.weight_decay * parameters


@dataclass(frozen=True)
class Config:
    """What a training is told. ValueError for a value that makes no sense.

    layers_dim: the sizes of the layers, from the inputs to the outputs; resume: go on
    with the checkpoint, if it is there.
    """

    layers_dim: tuple[int, ...] = (1, 25, 1)
    batch_size: int = 90
    total_epochs: int = 40_000
    learning_rate: float = 0.03
    shuffle: bool = False
    seed: int = 0
    resume: bool = False
    result_img_path: str = "result.png"
    ckpt_path: str = "checkpoint.npz"

    def __post_init__(self) -> None:
        """Check every field."""
        for name in ("batch_size", "total_epochs", "seed"):
            _check_whole(name, getattr(self, name), least=0 if name == "seed" else 1)
        sizes = self.layers_dim
        if not isinstance(sizes, tuple | list) or len(sizes) < 2:
            needs = "layers_dim is a list of sizes, from inputs to outputs"
            raise ValueError(f"{needs}, such as [1, 25, 1], got {sizes!r}.")
        for size in sizes:
            _check_whole("a size in layers_dim", size)
        object.__setattr__(self, "layers_dim", tuple(sizes))  # a list, in TOML
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise ValueError(f"learning_rate is a number, got {rate!r}.")
        if not 0 < rate < math.inf:
            raise ValueError(f"learning_rate is above 0 and finite, got {rate!r}.")
        for name in ("shuffle", "resume"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(
                    f"{name} is true or false, got {getattr(self, name)!r}."
                )
        for name in ("result_img_path", "ckpt_path"):
            path = getattr(self, name)
            if not isinstance(path, str) or not path:
                raise ValueError(f"{name} is the name of a file, got {path!r}.")
        if not self.result_img_path.endswith(".png"):
            got = f"got {self.result_img_path!r}"
            raise ValueError(
                f"result_img_path is a picture, and ends with .png, {got}."
            )


def _check_whole(name: str, value: object, least: int = 1) -> None:
    """Raise a ValueError unless value is a whole number, and not below `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is a whole number from {least} on, got {value!r}.")


def read_config(path: "str | Path | None" = None, **changes: Any) -> Config:
    """Return the configuration in a TOML file, with changes; without one, the usual.

    ValueError, in one line, for a file that can't be read, and for unknown settings.
    """
    settings: dict[str, Any] = {}
    if path is not None:
        try:
            settings = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ValueError(f"{path} can't be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is no TOML: {error}.") from error
    known = [field.name for field in fields(Config)]
    for name in settings:
        if name not in known:
            listed = ", ".join(known)
            raise ValueError(f"{path}: there is no setting {name!r}, but {listed}.")
    return Config(**(settings | changes))


def two_waves() -> tuple[np.ndarray, np.ndarray]:
    """Return x = 0, 0.01, ..., 1.99 and 20 sin(2 pi x), (200, 1) each, float32."""
    x = np.arange(200).reshape(-1, 1) / 100
    return x.astype(np.float32), (20 * np.sin(2 * np.pi * x)).astype(np.float32)


def between_0_and_1(
    shape: tuple[int, int], rng: np.random.Generator, dtype: Any
) -> Any:
    """Draw weights evenly from 0 to 1, as HJLNet does."""
    return rng.random(shape).astype(dtype)


class HalfSquaredError(MeanSquaredError):
    """Half the squared error: L_n = mean_j (predictions - targets)^2 / 2."""

    settings = ()

    def forward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,)."""
        return super().forward(predictions, targets) / 2

    def backward(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return (predictions - targets) / size, (batch, outputs)."""
        return super().backward(predictions, targets) / 2


def sigmoid_network(sizes: Sequence[int], rng: np.random.Generator) -> Model:
    """Return dense layers of these sizes, with sigmoids between them."""
    layers: list[Layer] = []
    for n_inputs, n_neurons in pairwise(sizes):
        layers += [
            Dense(n_inputs, n_neurons, initializer=between_0_and_1, rng=rng),
            Sigmoid(),
        ]
    return Model(layers[:-1], rng=rng)


class PlannedSGD(SGD):
    """SGD that is saved with what else its training was told."""

    settings = ("learning_rate", "batch_size", "shuffle", "seed")

    def __init__(
        self, learning_rate: float, batch_size: int, shuffle: bool, seed: int
    ) -> None:
        """Take the learning rate, and three settings that are only kept."""
        super().__init__(learning_rate)
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed


class Checkpointed:
    """A network, the loader of its batches, and the file in which both are kept."""

    def __init__(self, config: Config) -> None:
        """Make the network, or with `resume` load it; ValueError if that can't be."""
        _check_task(config)
        self.config = config
        self.dataset = ArrayDataset(*two_waves())
        there = Path(config.ckpt_path).exists()
        self.has_checkpoint = config.resume and there
        self.begin()
        if there or config.resume:
            print(_where_it_begins(config, there, self.epochs_done))

    def begin(self) -> None:
        """Take the network from the checkpoint, or as it is before the first step."""
        if self.has_checkpoint:
            self.load_models()
            return
        config = self.config
        rng = np.random.default_rng(config.seed)
        model = sigmoid_network(config.layers_dim, rng)
        told = [getattr(config, name) for name in PlannedSGD.settings]
        model.set(loss=HalfSquaredError(), optimizer=PlannedSGD(*told))
        self.use(model)

    def use(self, model: Model) -> None:
        """Train this model; batches come in orders that its own generator draws."""
        self.model = model
        self.loader = DataLoader(
            self.dataset,
            self.config.batch_size,
            shuffle=self.config.shuffle,
            rng=model.rng,
        )

    @property
    def epochs_done(self) -> int:
        """The number of epochs that the model was trained for so far."""
        return int(self.model.optimizer.steps_done) // len(self.loader)

    def save_models(self) -> None:
        """Write the checkpoint, whole or not at all."""
        self.model.save(self.config.ckpt_path, include_optimizer=True)
        self.has_checkpoint = True

    def load_models(self) -> None:
        """Take the checkpoint; ValueError where it belongs to another training."""
        own = [HalfSquaredError, PlannedSGD]
        model = Model.load(self.config.ckpt_path, layers=own)
        _check_same(model, self.config)
        self.use(model)


def _check_task(config: Config) -> None:
    """Raise a ValueError where the sizes don't fit the task, or a folder is missing."""
    if (config.layers_dim[0], config.layers_dim[-1]) != (1, 1):
        got = f"got {list(config.layers_dim)}"
        raise ValueError(f"layers_dim begins and ends with 1, one x and one y, {got}.")
    for name in ("ckpt_path", "result_img_path"):
        path = Path(getattr(config, name)).resolve()
        if not path.parent.is_dir():
            raise ValueError(
                f"{name}: there is no folder {path.parent}; make it first."
            )
        if path.is_dir():
            raise ValueError(f"{name}: {path} is a folder, name a file in it.")
    if path == Path(config.ckpt_path).resolve():
        raise ValueError(f"ckpt_path and result_img_path are the same file, {path}.")


def _where_it_begins(config: Config, there: bool, epoch: int) -> str:
    """Return what to tell of a checkpoint that is there, or was asked for."""
    name = Path(config.ckpt_path).name
    if not config.resume:
        return f"{name} is there, and will be replaced: see resume."
    begin = "goes on after" if there else "is not there: begins at"
    return f"{name} {begin} epoch {epoch}"


def _check_same(model: Model, config: Config) -> None:
    """Raise a ValueError unless a checkpoint's model is the one that is configured."""
    path = config.ckpt_path
    weights = [each.weights for each in model.layers if isinstance(each, Dense)]
    sizes = (len(weights[0]), *[each.shape[1] for each in weights])
    if model.optimizer is None:
        raise ValueError(f"{path} holds a network, but no training to go on with.")
    found: dict[str, Any] = {"layers_dim": sizes}
    for name in PlannedSGD.settings:
        found[name] = getattr(model.optimizer, name, None)
    for name, value in found.items():
        if value != getattr(config, name):
            told = f"the configuration says {getattr(config, name)}"
            raise ValueError(f"{path} was trained with {name} {value}, {told}.")


class Trainer(Checkpointed):
    """Trains HJLNet's network as a Config says, and keeps it in a file.

    Stopped at any moment, and started again with `resume`, it ends where it would have
    ended otherwise, bit for bit on the same machine.
    """

    every = 100  # epochs from one checkpoint to the next

    def train(self) -> History:
        """Train for the epochs that are left; return what this run measured."""
        total = self.config.total_epochs
        left = total - self.epochs_done
        if left < 1:
            print(f"{self.config.ckpt_path}: all {self.epochs_done} epochs are done.")
            return History()
        with progress_bar(total, self.epochs_done) as bar:

            def after_epoch(model: Model, history: History) -> None:
                bar.update()
                epoch = self.epochs_done
                if epoch % self.every == 0 or epoch == total:
                    self.save_models()
                    steps = model.optimizer.steps_done
                    error = 2 * history.loss[-1]  # the loss is half of it
                    of = f"epoch {epoch} of {total}, iteration {steps}"
                    bar.write(f"{of}, squared error {error:.4g}")

            history = self.model.train(
                self.loader, epochs=left, print_every=0, callbacks=[after_epoch]
            )
        if history.interrupted:  # in an epoch that no checkpoint knows of
            self.begin()
        return history

    def test(self) -> float:
        """Return the mean squared error over all points, and draw the fit."""
        x, y = self.dataset.arrays
        predictions = self.model.predict(x)
        draw_fit(x, y, predictions, self.config.result_img_path)
        return float(mse(predictions, y))


class _NoBar:
    """What stands in for a progress bar: it only prints lines."""

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def update(self) -> None:
        """Show nothing."""

    def write(self, line: str) -> None:
        """Print the line."""
        print(line)


def progress_bar(total: int, done: int) -> Any:
    """Return tqdm's bar in a terminal; without tqdm, one that shows nothing."""
    try:
        from tqdm import tqdm
    except ImportError:
        return _NoBar()
    return tqdm(total=total, initial=done, unit=" epochs", disable=None, leave=False)


def draw_fit(x: np.ndarray, y: np.ndarray, predictions: np.ndarray, path: str) -> None:
    """Draw points and fit, (n, 1) each, into a file; without matplotlib, say so."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print(f"No {path}: matplotlib is missing, `pip install matplotlib`.")
        return
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.scatter(x, y, s=8, label="points")
    axes.plot(x, predictions, color="C1", label="network")
    axes.set(xlabel="x", ylabel="y")
    axes.legend()
    figure.savefig(path)


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Train, test and save as a TOML file and flags say; `--help` lists the flags."""
    parser = argparse.ArgumentParser(
        prog="python -m nnfs_lib.labs.trainer",
        usage="%(prog)s [CONFIG.toml] [--total-epochs 10000] [--resume] ...",
        description="Train 1-25-1 on two waves of a sine; every setting is a flag.",
    )
    parser.add_argument("config", nargs="?", help="a TOML file with settings, first")
    for field in fields(Config):
        flag = f"--{field.name.replace('_', '-')}"
        usual = f"default: {field.default}"
        if isinstance(field.default, bool):
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=None, help=usual
            )
        elif isinstance(field.default, tuple):
            parser.add_argument(flag, type=int, nargs="+", metavar="SIZE", help=usual)
        else:
            parser.add_argument(flag, type=type(field.default), help=usual)
    given = vars(parser.parse_args(arguments))
    path = given.pop("config")
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        trainer = Trainer(read_config(path, **changes))
        if trainer.train().interrupted:
            if not trainer.has_checkpoint:
                there = Path(trainer.config.ckpt_path).exists()
                kept = "the old one is still there" if there else "--resume begins at 0"
                sys.exit(f"Interrupted before the first checkpoint: {kept}.")
            done = f"after epoch {trainer.epochs_done}"
            sys.exit(f"Interrupted: --resume goes on {done}.")
        print(f"squared error on all points: {trainer.test():.4g}")
    except (ValueError, OSError, FloatingPointError, MemoryError) as error:
        sys.exit(f"trainer: {error}")
    except KeyboardInterrupt:
        sys.exit("Interrupted: what is trained is kept, --resume goes on.")


if __name__ == "__main__":
    main()
