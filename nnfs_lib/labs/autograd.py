"""Lab: Gradients by themselves.

Generated from labs/autograd.ipynb: edit that.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

import numpy as np

__all__ = [
    "SGD",
    "Adam",
    "CrossEntropyLoss",
    "Linear",
    "Module",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SquareLoss",
    "Tensor",
    "no_grad",
]


_Way = Callable[[np.ndarray], np.ndarray]  # from dL/doutputs to dL/d one input
_Step = tuple[np.ndarray, tuple[_Way, ...]]  # outputs, and a way back to each input


def _add(a: Any, b: Any) -> _Step:
    return a + b, (lambda d: d, lambda d: d)


def _subtract(a: Any, b: Any) -> _Step:
    return a - b, (lambda d: d, lambda d: -d)


def _multiply(a: Any, b: Any) -> _Step:
    return a * b, (lambda d: d * b, lambda d: d * a)


def _divide(a: Any, b: Any) -> _Step:
    return a / b, (lambda d: d / b, lambda d: -d * a / b**2)


def _power(a: np.ndarray, n: float) -> _Step:
    # With n = 0 the slope is 0 everywhere, also where a is 0.
    return a**n, (lambda d: d * n * a ** (n - 1 if n else 0),)


def _negate(a: np.ndarray) -> _Step:
    return -a, (lambda d: -d,)


def _matmul(a: np.ndarray, b: np.ndarray) -> _Step:
    if a.ndim < 2 or np.ndim(b) < 2 or a.shape[-1] != b.shape[-2]:
        advice = "a vector becomes one row by reshape(1, -1)"
        got = f"got {a.shape} @ {np.shape(b)}: {advice}"
        raise ValueError(f"A matrix product takes (n, k) @ (k, m), {got}.")
    return a @ b, (lambda d: d @ b.swapaxes(-1, -2), lambda d: a.swapaxes(-1, -2) @ d)


def _exp(a: np.ndarray) -> _Step:
    outputs = np.exp(a)
    return outputs, (lambda d: d * outputs,)


def _log(a: np.ndarray) -> _Step:
    return np.log(a), (lambda d: d / a,)


def _tanh(a: np.ndarray) -> _Step:
    outputs = np.tanh(a)
    return outputs, (lambda d: d * (1 - outputs**2),)


def _relu(a: np.ndarray) -> _Step:
    outputs = np.maximum(a, 0)
    return outputs, (lambda d: d * (outputs > 0),)


def _sigmoid(a: np.ndarray) -> _Step:
    # exp of a negative number or zero lies between 0 and 1, whatever the number.
    small = np.exp(-np.abs(a))
    outputs = np.where(a >= 0, 1, small) / (1 + small)
    return outputs, (lambda d: d * outputs * (1 - outputs),)


_Axes = int | tuple[int, ...] | None  # which axes are summed over; None for all


def _sum(a: np.ndarray, axis: _Axes = None, keepdims: bool = False) -> _Step:
    whole = np.sum(a, axis=axis, keepdims=True)
    outputs = whole if keepdims else np.squeeze(whole, axis)
    return outputs, (lambda d: np.broadcast_to(d.reshape(whole.shape), a.shape),)


def _max(a: np.ndarray, axis: _Axes = None, keepdims: bool = False) -> _Step:
    whole = np.max(a, axis=axis, keepdims=True)
    outputs = whole if keepdims else np.squeeze(whole, axis)
    largest = a == whole
    shares = largest / largest.sum(axis=axis, keepdims=True, dtype=a.dtype)
    return outputs, (lambda d: shares * d.reshape(whole.shape),)


def _reshape(a: np.ndarray, *shape: int) -> _Step:
    return a.reshape(*shape), (lambda d: d.reshape(a.shape),)


def _transpose(a: np.ndarray, first: int, second: int) -> _Step:
    return a.swapaxes(first, second), (lambda d: d.swapaxes(first, second),)


def _index(a: np.ndarray, index: Any) -> _Step:
    def back(d: np.ndarray) -> np.ndarray:
        gradient = np.zeros_like(a)
        np.add.at(gradient, index, d)
        return gradient

    return a[index], (back,)


def _unbroadcast(gradient: np.ndarray, array: np.ndarray) -> np.ndarray:
    """Return the gradient in the array's shape: summed over what was stretched."""
    if gradient.shape != array.shape:
        in_front = gradient.ndim - array.ndim
        gradient = gradient.sum(axis=tuple(range(in_front)))
        ones = tuple(axis for axis, size in enumerate(array.shape) if size == 1)
        gradient = gradient.sum(axis=ones, keepdims=True)
    return gradient.astype(array.dtype, copy=False)


_RECORDING = ContextVar("_RECORDING", default=True)


@contextmanager
def no_grad() -> Iterator[None]:
    """Within `with no_grad():` tensors note nothing, and so keep nothing."""
    before = _RECORDING.set(False)
    try:
        yield
    finally:
        _RECORDING.reset(before)


def _operation(function: Callable[..., _Step]) -> Callable[..., "Tensor"]:
    """Return the function of arrays as a method of tensors that notes the ways back."""

    @wraps(function)
    def method(*inputs: Any, **settings: Any) -> "Tensor":
        arrays = [each.data if isinstance(each, Tensor) else each for each in inputs]
        try:
            outputs, ways = function(*arrays, **settings)
        except ValueError as error:
            if "broadcast" not in str(error):
                raise
            raise ValueError(_do_not_fit(arrays)) from error
        if any(isinstance(each, Tensor) for each in inputs[len(ways) :]):
            name = function.__name__.strip("_")
            raise TypeError(f"{name}: no gradient goes there; write tensor.data.")
        result = Tensor(outputs)
        if _RECORDING.get():
            for source, way in zip(inputs, ways, strict=False):
                if isinstance(source, Tensor) and source.requires_grad:
                    result.ways.append((source, way, source.version))
                    result.depth = max(result.depth, source.depth + 1)
        result.requires_grad = bool(result.ways)
        return result

    return method


def _do_not_fit(arrays: list[Any]) -> str:
    """Return what to do about shapes that don't broadcast."""
    shapes = " and ".join(str(np.shape(each)) for each in arrays)
    advice = "compared from the last, two axes have to be equal, or one of them 1"
    return f"Shapes {shapes} don't fit: {advice}."


class _Operators:
    """What can be written with tensors; each operation notes its ways back."""

    data: np.ndarray
    __array_ufunc__ = None  # so that NumPy leaves `array + tensor` to __radd__

    __add__ = _operation(_add)
    __radd__ = __add__
    __sub__ = _operation(_subtract)
    __mul__ = _operation(_multiply)
    __rmul__ = __mul__
    __truediv__ = _operation(_divide)
    __pow__ = _operation(_power)
    __neg__ = _operation(_negate)
    __matmul__ = _operation(_matmul)
    __getitem__ = _operation(_index)
    exp = _operation(_exp)
    log = _operation(_log)
    tanh = _operation(_tanh)
    relu = _operation(_relu)
    sigmoid = _operation(_sigmoid)
    sum = _operation(_sum)
    max = _operation(_max)
    reshape = _operation(_reshape)
    transpose = _operation(_transpose)

    def __rsub__(self, other: Any) -> "Tensor":
        return -self + other

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self**-1 * other

    def __rmatmul__(self, other: Any) -> "Tensor":
        return Tensor(other) @ self

    def mean(self, axis: _Axes = None, keepdims: bool = False) -> "Tensor":
        """Return the mean over an axis, over several, or over all."""
        total = self.sum(axis=axis, keepdims=keepdims)
        return total / (self.data.size // max(total.data.size, 1))


class Tensor(_Operators):
    """An array of floats that notes how it was computed, and can go back over it.

    data: the array itself, not a copy, if it holds floats; float32 otherwise. grad:
    None, or an array of the same shape, for a leaf with requires_grad. The names are
    PyTorch's (Paszke et al., 2019).
    """

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data = _as_floats(data)
        self.requires_grad = requires_grad
        self.grad: np.ndarray | None = None
        self.ways: list[tuple[Tensor, _Way, int]] = []  # to what, how, which version
        self.depth = 0  # of a leaf; a result is one deeper than its deepest input
        self.version = 0  # how often the data were changed in place

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    def item(self) -> float:
        """Return a tensor of one number as that number."""
        return float(self.data.item())

    def __repr__(self) -> str:
        wanted = ", requires_grad=True" * self.requires_grad
        return f"Tensor({np.array2string(self.data, separator=', ')}{wanted})"

    def sub_(self, change: Any) -> None:
        """Subtract in place, as optimizers do; for a parameter, within no_grad()."""
        if self.requires_grad and _RECORDING.get():
            raise RuntimeError("A parameter moves within `with no_grad():` only.")
        self.data -= change
        self.version += 1

    def backward(self, gradient: Any = None) -> None:
        """Add d self / d leaf to the grad of each leaf, and give the tape back.

        A tensor of several numbers needs a gradient of its shape to begin with.
        """
        waiting = {id(self): _first_slope(self, gradient)}
        tape = _tape(self)
        while tape:
            tensor = tape.pop()
            slope = waiting.pop(id(tensor))
            if tensor.depth == 0:
                known = tensor.grad
                tensor.grad = slope.copy() if known is None else known + slope
            for source, way, _ in tensor.ways:
                one = _unbroadcast(way(slope), source.data)
                others = waiting.get(id(source))
                waiting[id(source)] = one if others is None else others + one
            tensor.ways = []


def _as_floats(data: Any) -> np.ndarray:
    """Return an array of floats as it is; other numbers as float32."""
    array = np.asarray(data)
    if array.dtype.kind not in "biuf":
        advice = "a tensor is made of an array of numbers, or a list of them"
        raise ValueError(f"Tensor needs numbers, got {array.dtype}: {advice}.")
    made_of_array = isinstance(data, np.ndarray | np.generic)
    keeps = made_of_array and array.dtype.kind == "f"
    return array if keeps else array.astype(np.float32)


def _first_slope(tensor: Tensor, gradient: Any) -> np.ndarray:
    """Return the slope that backward begins with: 1 for a loss, or what was given."""
    if not tensor.requires_grad:
        advice = "make the parameters with requires_grad=True, and not within no_grad()"
        raise RuntimeError(f"backward: nothing here wants a gradient; {advice}.")
    if gradient is None:
        if tensor.data.size != 1:
            advice = f"take its mean() or sum(), or give a gradient of {tensor.shape}"
            got = f"this tensor is of shape {tensor.shape}: {advice}"
            raise RuntimeError(f"backward begins at one number, and {got}.")
        return np.ones_like(tensor.data)
    slope = np.asarray(gradient, dtype=tensor.data.dtype)
    if slope.shape != tensor.shape:
        shapes = f"{tensor.shape}, got one of {slope.shape}"
        raise ValueError(f"backward needs a gradient of the tensor's shape {shapes}.")
    return slope


def _tape(end: Tensor) -> list[Tensor]:
    """Return all tensors that led to `end`, the deepest last; refuse a stale tape."""
    found, seen = [end], {id(end)}
    for tensor in found:  # which grows meanwhile
        if tensor.depth and not tensor.ways:
            advice = "compute the loss anew, or add two losses and go back once"
            raise RuntimeError(f"backward has gone over this tape already: {advice}.")
        for source, _, version in tensor.ways:
            if source.version != version:
                what = f"A tensor of shape {source.shape} was changed after it was used"
                raise RuntimeError(f"{what}: call backward before optimizer.step().")
            if id(source) not in seen:
                seen.add(id(source))
                found.append(source)
    return sorted(found, key=lambda tensor: tensor.depth)


class Module:
    """A function of tensors with parameters; a subclass defines forward."""

    training = True

    def forward(self, *inputs: Any, **settings: Any) -> Tensor:
        needs = "define forward(self, inputs)"
        raise NotImplementedError(f"{type(self).__name__} has no forward: {needs}.")

    def __call__(self, *inputs: Any, **settings: Any) -> Tensor:
        if inputs and not isinstance(inputs[0], Tensor):
            got = f"got {type(inputs[0]).__name__}: wrap it, Tensor(X)"
            raise TypeError(f"{type(self).__name__} takes a Tensor, {got}.")
        return self.forward(*inputs, **settings)

    def modules(self) -> list["Module"]:
        """Return this module, and all that are in its attributes, each once."""
        found: list[Module] = [self]
        for module in found:  # which grows meanwhile
            for each in _attributes(module):
                if isinstance(each, Module) and each not in found:
                    found.append(each)
        return found

    def parameters(self) -> list[Tensor]:
        """Return the tensors to be trained, of this module and all in it, each once."""
        everything = [each for module in self.modules() for each in _attributes(module)]
        wanted = [t for t in everything if isinstance(t, Tensor) and t.requires_grad]
        return list({id(tensor): tensor for tensor in wanted}.values())

    def zero_grad(self) -> None:
        """Forget the gradients, which would otherwise be added to."""
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> "Module":
        """Set the mode of this module and all in it; return the module."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        return self.train(False)


def _attributes(module: Module) -> Iterator[Any]:
    """Yield what a module holds, and what is in its lists."""
    for value in vars(module).values():
        yield from value if isinstance(value, list | tuple) else [value]


class Linear(Module):
    """outputs = inputs @ weight + bias, (batch, n_inputs) -> (batch, n_outputs)."""

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        *,
        rng: "np.random.Generator | int | None" = None,
        dtype: type = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        limit = 1 / math.sqrt(n_inputs)
        weight = rng.uniform(-limit, limit, (n_inputs, n_outputs))
        bias = rng.uniform(-limit, limit, n_outputs)
        self.weight = Tensor(weight.astype(dtype), requires_grad=True)
        self.bias = Tensor(bias.astype(dtype), requires_grad=True)

    def forward(self, inputs: Tensor) -> Tensor:
        return inputs @ self.weight + self.bias


class ReLU(Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.relu()


class Sigmoid(Module):
    def forward(self, inputs: Tensor) -> Tensor:
        return inputs.sigmoid()


class Sequential(Module):
    """Modules one behind the other."""

    def __init__(self, *layers: Module) -> None:
        self.layers = layers

    def forward(self, inputs: Tensor) -> Tensor:
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs


class SquareLoss(Module):
    """Half the squared distance to the targets, in the mean over the batch.

    predictions and targets: (batch, outputs); targets may be an array.
    """

    def forward(self, predictions: Tensor, targets: Any) -> Tensor:
        if predictions.shape != np.shape(targets):
            shapes = f"{predictions.shape} and {np.shape(targets)}"
            advice = "labels become rows by np.eye(classes)[labels]"
            raise ValueError(f"SquareLoss takes equal shapes, got {shapes}: {advice}.")
        return ((predictions - targets) ** 2).sum() / (2 * len(predictions.data))


class CrossEntropyLoss(Module):
    """The surprise at the true class, in the mean over the batch.

    logits: (batch, classes); targets: integer labels (batch,).
    """

    def forward(self, logits: Tensor, targets: np.ndarray) -> Tensor:
        labels = np.asarray(targets)
        if labels.dtype.kind not in "iu" or labels.shape != logits.shape[:1]:
            got = f"got {labels.dtype} of shape {labels.shape}"
            advice = "rows of 0 and 1 become labels by argmax(axis=1)"
            raise ValueError(f"CrossEntropyLoss takes labels, {got}: {advice}.")
        if not 0 <= labels.min(initial=0) <= labels.max(initial=0) < logits.shape[1]:
            last = logits.shape[1] - 1
            raise ValueError(f"CrossEntropyLoss takes labels from 0 to {last}.")
        z = logits - logits.data.max(axis=1, keepdims=True)
        log_sums = z.exp().sum(axis=1).log()
        return (log_sums - z[np.arange(len(labels)), labels]).mean()


class _Optimizer:
    """Moves parameters that have a gradient; a subclass says in which direction."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr
        tensors = all(isinstance(each, Tensor) for each in self.parameters)
        if not (self.parameters and tensors):
            raise ValueError("An optimizer moves tensors: give it net.parameters().")

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Subtract lr times the direction from every parameter, in place."""
        with no_grad():
            for place, parameter in enumerate(self.parameters):
                if parameter.grad is not None:
                    parameter.sub_(self.lr * self.direction(place, parameter.grad))

    def direction(self, place: int, gradient: np.ndarray) -> np.ndarray:
        raise NotImplementedError("An optimizer defines direction(place, gradient).")


class SGD(_Optimizer):
    """Gradient descent with momentum (Polyak, 1964), in PyTorch's form."""

    def __init__(
        self, parameters: Iterable[Tensor], lr: float, momentum: float = 0
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocity = [np.zeros_like(each.data) for each in self.parameters]

    def direction(self, place: int, gradient: np.ndarray) -> np.ndarray:
        velocity = self.velocity[place]
        velocity *= self.momentum
        velocity += gradient
        return velocity


class Adam(_Optimizer):
    """Running means of gradients and of their squares (Kingma and Ba, 2015)."""

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps = betas, eps
        self.means = [np.zeros_like(each.data) for each in self.parameters]
        self.squares = [np.zeros_like(each.data) for each in self.parameters]
        self.steps = [0 for _ in self.parameters]

    def direction(self, place: int, gradient: np.ndarray) -> np.ndarray:
        beta_1, beta_2 = self.betas
        self.steps[place] += 1
        mean, square = self.means[place], self.squares[place]
        mean += (1 - beta_1) * (gradient - mean)
        square += (1 - beta_2) * (gradient**2 - square)
        corrected = mean / (1 - beta_1 ** self.steps[place])
        root = np.sqrt(square / (1 - beta_2 ** self.steps[place]))
        return corrected / (root + self.eps)
