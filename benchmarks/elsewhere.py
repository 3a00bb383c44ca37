"""What other libraries do under the same name: measured, not quoted.

In an environment of its own, so that the book never depends on them:

    python -m venv ../others
    ../others/bin/pip install numpy torch keras optax jax scikit-learn mlx[cpu] tinygrad safetensors
    PYTHONPATH=. ../others/bin/python benchmarks/elsewhere.py

runs every row on small inputs, compares what it finds with what the book says (the last argument
of `row`), prints both with each library's version, and ends with status 1 if one is no longer
true. With --keep it writes what was measured into bookkit/experiments/elsewhere.json, from which
the chapters print their tables. A library that is missing is left out, with a word.
"""

import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

os.environ["KERAS_BACKEND"] = "jax"
os.environ["DEV"] = "PYTHON"  # of tinygrad: this device needs no compiler
import nnfs_lib as nn

FOLDER = Path(__file__).parents[1] / "bookkit/experiments"

PACKAGES = {
    "PyTorch": "torch",
    "Keras": "keras",
    "JAX": "jax",
    "optax": "optax",
    "scikit-learn": "scikit-learn",
    "MLX": "mlx",
    "tinygrad": "tinygrad",
    "safetensors": "safetensors",
}
MODULES = {"scikit-learn": "sklearn.neural_network", "MLX": "mlx.core"}

# table -> what -> library -> (measure, what the book says)
TABLES: dict[str, dict[str, dict[str, tuple[Callable[[], Any], str]]]] = {}


def row(table: str, what: str, library: str, says: str) -> Callable[..., Any]:
    """Enter a function as what measures one cell of a table."""

    def enter(measure: Callable[[], Any]) -> Callable[[], Any]:
        TABLES.setdefault(table, {}).setdefault(what, {})[library] = measure, says
        return measure

    return enter


def text(value: Any) -> str:
    """Return a number in three digits, anything else as it is."""
    if isinstance(value, str):
        return value
    return f"{float(value):.3g}" if abs(float(value)) < 0.999 else f"{float(value):.4g}"


# What one or two steps of an optimizer do to a parameter that begins at `start`.
def book_steps(
    optimizer: nn.Optimizer,
    gradients: list[float],
    rates: list[float],
    start: float = 0.0,
) -> list[float]:
    """Return where the book's optimizer takes one parameter."""
    place, stops = np.array([start]), []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = rate
        optimizer.step([(place, np.array([gradient]))])
        stops.append(float(place[0]))
    return stops


def torch_steps(
    make: Callable[..., Any],
    gradients: list[float],
    rates: list[float],
    start: float = 0.0,
) -> list[float]:
    """The same with an optimizer of torch.optim."""
    import torch

    place = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer, stops = make([place], lr=rates[0]), []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        place.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        stops.append(place.item())
    return stops


def keras_steps(
    optimizer: Any, gradients: list[float], rates: list[float], start: float = 0.0
) -> list[float]:
    """The same with an optimizer of Keras."""
    import keras

    place, stops = keras.Variable([start]), []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.array([gradient])], [place])
        stops.append(float(place[0]))
    return stops


def optax_steps(
    make: Callable[[Any], Any],
    gradients: list[float],
    rates: list[float],
    start: float = 0.0,
) -> list[float]:
    """The same with optax; `make` gets a schedule."""
    import jax.numpy as jnp
    import optax

    table = jnp.array(rates)
    rule = make(lambda step: table[step])
    place, stops = jnp.array([start]), []
    state = rule.init(place)
    for gradient in gradients:
        change, state = rule.update(jnp.array([gradient]), state, place)
        place = optax.apply_updates(place, change)
        stops.append(float(place[0]))
    return stops


def mlx_steps(
    optimizer: Any, gradients: list[float], rates: list[float], start: float = 0.0
) -> list[float]:
    """The same with MLX."""
    import mlx.core as mx

    places, stops = {"w": mx.array([start])}, []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = rate
        places = optimizer.apply_gradients({"w": mx.array([gradient])}, places)
        stops.append(places["w"].item())
    return stops


def sklearn_steps(
    make: Callable[[list[Any]], Any], gradients: list[float], rates: list[float]
) -> list[float]:
    """The same with the optimizers inside scikit-learn's networks."""
    place, stops = np.array([0.0]), []
    optimizer = make([place])
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = optimizer.learning_rate_init = rate
        optimizer.update_params([place], [np.array([gradient])])
        stops.append(float(place[0]))
    return stops


def tinygrad_steps(
    make: Callable[..., Any], gradients: list[float], rates: list[float]
) -> list[float]:
    """The same with tinygrad."""
    from tinygrad import Tensor
    from tinygrad.helpers import Context

    place, stops = Tensor([0.0]).realize(), []
    optimizer = make([place], lr=rates[0])
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.lr.assign(Tensor([rate])).realize()
        place.grad = Tensor([gradient])
        with Context(TRAINING=1):
            optimizer.step()
        stops.append(place.item())
    return stops


def where_the_rate_is(stops: list[float]) -> str:
    """After a step of rate 1 and gradient 1, and one of rate 0.1 and none, momentum 0.5."""
    second = stops[0] - stops[1]
    return {0.5: "yes", 0.05: "no"}.get(round(second, 3), f"moves {second:.3f}")


OPTIMIZERS = "optimizers"
IN_VELOCITY = "rate in momentum's velocity"
PUSH = ([1.0, 0.0], [1.0, 0.1])


@row(OPTIMIZERS, IN_VELOCITY, "book", "yes")
def _() -> str:
    return where_the_rate_is(book_steps(nn.SGD(1.0, momentum=0.5), *PUSH))


@row(OPTIMIZERS, IN_VELOCITY, "PyTorch", "no")
def _() -> str:
    from torch.optim import SGD

    return where_the_rate_is(
        torch_steps(lambda p, lr: SGD(p, lr=lr, momentum=0.5), *PUSH)
    )


@row(OPTIMIZERS, IN_VELOCITY, "Keras", "yes")
def _() -> str:
    from keras.optimizers import SGD

    return where_the_rate_is(keras_steps(SGD(1.0, momentum=0.5), *PUSH))


@row(OPTIMIZERS, IN_VELOCITY, "optax", "no")
def _() -> str:
    import optax

    return where_the_rate_is(
        optax_steps(lambda rate: optax.sgd(rate, momentum=0.5), *PUSH)
    )


@row(OPTIMIZERS, IN_VELOCITY, "scikit-learn", "yes")
def _() -> str:
    from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

    def make(p: list[Any]) -> Any:
        return SGDOptimizer(p, 1.0, momentum=0.5, nesterov=False)

    return where_the_rate_is(sklearn_steps(make, *PUSH))


@row(OPTIMIZERS, IN_VELOCITY, "MLX", "no")
def _() -> str:
    from mlx.optimizers import SGD

    return where_the_rate_is(mlx_steps(SGD(1.0, momentum=0.5), *PUSH))


@row(OPTIMIZERS, IN_VELOCITY, "tinygrad", "no")
def _() -> str:
    from tinygrad.nn.optim import SGD

    return where_the_rate_is(
        tinygrad_steps(lambda p, lr: SGD(p, lr=lr, momentum=0.5), *PUSH)
    )


def first(stops: list[float]) -> float:
    """Return the length of the first step."""
    return abs(stops[0])


def default(function: Any, name: str) -> float:
    """Return the default of an argument."""
    import inspect

    return float(inspect.signature(function).parameters[name].default)


def sklearn_adam(p: list[Any]) -> Any:
    from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

    return AdamOptimizer(p, 1.0)


EPSILON, AT_EPSILON = "Adam: epsilon", "Adam: first step where g = epsilon, rate 1"
row(OPTIMIZERS, EPSILON, "book", "1e-07")(lambda: default(nn.Adam, "epsilon"))
row(OPTIMIZERS, EPSILON, "PyTorch", "1e-08")(
    lambda: _torch().optim.Adam([_torch().zeros(1)]).defaults["eps"]
)
row(OPTIMIZERS, EPSILON, "Keras", "1e-07")(
    lambda: default(_keras().optimizers.Adam, "epsilon")
)
row(OPTIMIZERS, EPSILON, "optax", "1e-08")(lambda: default(_optax().adam, "eps"))
row(OPTIMIZERS, EPSILON, "scikit-learn", "1e-08")(
    lambda: sklearn_adam([np.zeros(1)]).epsilon
)
row(OPTIMIZERS, EPSILON, "MLX", "1e-08")(lambda: _mlx().Adam(0.1).eps)
row(OPTIMIZERS, AT_EPSILON, "book", "0.5")(
    lambda: first(book_steps(nn.Adam(1.0), [1e-7], [1.0]))
)
row(OPTIMIZERS, AT_EPSILON, "PyTorch", "0.5")(
    lambda: first(torch_steps(_torch().optim.Adam, [1e-8], [1.0]))
)
row(OPTIMIZERS, AT_EPSILON, "Keras", "0.0307")(
    lambda: first(keras_steps(_keras().optimizers.Adam(1.0), [1e-7], [1.0]))
)
row(OPTIMIZERS, AT_EPSILON, "optax", "0.5")(
    lambda: first(optax_steps(lambda rate: _optax().adam(rate), [1e-8], [1.0]))
)
row(OPTIMIZERS, AT_EPSILON, "scikit-learn", "0.0307")(
    lambda: first(sklearn_steps(sklearn_adam, [1e-8], [1.0]))
)

CORRECTED = "Adam: first step where g = 1, rate 1"
row(OPTIMIZERS, CORRECTED, "book", "1")(
    lambda: first(book_steps(nn.Adam(1.0), [1.0], [1.0]))
)
row(OPTIMIZERS, CORRECTED, "PyTorch", "1")(
    lambda: first(torch_steps(_torch().optim.Adam, [1.0], [1.0]))
)
row(OPTIMIZERS, CORRECTED, "Keras", "1")(
    lambda: first(keras_steps(_keras().optimizers.Adam(1.0), [1.0], [1.0]))
)
row(OPTIMIZERS, CORRECTED, "optax", "1")(
    lambda: first(optax_steps(lambda rate: _optax().adam(rate), [1.0], [1.0]))
)
row(OPTIMIZERS, CORRECTED, "scikit-learn", "1")(
    lambda: first(sklearn_steps(sklearn_adam, [1.0], [1.0]))
)
row(OPTIMIZERS, CORRECTED, "MLX", "3.162")(
    lambda: first(mlx_steps(_mlx().Adam(1.0), [1.0], [1.0]))
)

RHO, SMALL = "RMSprop: rho", "RMSprop: first step where g = 1e-5, rate 1"
row(OPTIMIZERS, RHO, "book", "0.9")(lambda: default(nn.RMSprop, "rho"))
row(OPTIMIZERS, RHO, "PyTorch", "0.99")(
    lambda: default(_torch().optim.RMSprop, "alpha")
)
row(OPTIMIZERS, RHO, "Keras", "0.9")(
    lambda: default(_keras().optimizers.RMSprop, "rho")
)
row(OPTIMIZERS, RHO, "optax", "0.9")(lambda: default(_optax().rmsprop, "decay"))
row(OPTIMIZERS, RHO, "MLX", "0.99")(lambda: default(_mlx().RMSprop, "alpha"))
row(OPTIMIZERS, SMALL, "book", "3.065")(
    lambda: first(book_steps(nn.RMSprop(1.0), [1e-5], [1.0]))
)
row(OPTIMIZERS, SMALL, "PyTorch", "9.901")(
    lambda: first(torch_steps(_torch().optim.RMSprop, [1e-5], [1.0]))
)
row(OPTIMIZERS, SMALL, "Keras", "0.0316")(
    lambda: first(keras_steps(_keras().optimizers.RMSprop(1.0), [1e-5], [1.0]))
)
row(OPTIMIZERS, SMALL, "optax", "0.1")(
    lambda: first(optax_steps(lambda rate: _optax().rmsprop(rate), [1e-5], [1.0]))
)
row(OPTIMIZERS, SMALL, "MLX", "9.901")(
    lambda: first(mlx_steps(_mlx().RMSprop(1.0), [1e-5], [1.0]))
)

ADAGRAD = "Adagrad: first step where g = 1e-3, rate 1"
row(OPTIMIZERS, ADAGRAD, "book", "0.9999")(
    lambda: first(book_steps(nn.Adagrad(1.0), [1e-3], [1.0]))
)
row(OPTIMIZERS, ADAGRAD, "PyTorch", "1")(
    lambda: first(torch_steps(_torch().optim.Adagrad, [1e-3], [1.0]))
)
row(OPTIMIZERS, ADAGRAD, "Keras", "0.00316")(
    lambda: first(keras_steps(_keras().optimizers.Adagrad(1.0), [1e-3], [1.0]))
)
row(OPTIMIZERS, ADAGRAD, "optax", "0.00316")(
    lambda: first(optax_steps(lambda rate: _optax().adagrad(rate), [1e-3], [1.0]))
)
row(OPTIMIZERS, ADAGRAD, "MLX", "1")(
    lambda: first(mlx_steps(_mlx().Adagrad(1.0), [1e-3], [1.0]))
)

RATES = "default rates: SGD, Adagrad, RMSprop, Adam"
NAMES = ("SGD", "Adagrad", "RMSprop", "Adam")


def rates_of(module: Any, name: str) -> str:
    """Return the default rates of four optimizers."""
    return ", ".join(f"{default(getattr(module, each), name):g}" for each in NAMES)


row(OPTIMIZERS, RATES, "book", "1, 1, 0.001, 0.001")(
    lambda: rates_of(nn, "learning_rate")
)
row(OPTIMIZERS, RATES, "PyTorch", "0.001, 0.01, 0.01, 0.001")(
    lambda: rates_of(_torch().optim, "lr")
)
row(OPTIMIZERS, RATES, "Keras", "0.01, 0.001, 0.001, 0.001")(
    lambda: rates_of(_keras().optimizers, "learning_rate")
)

# weight_decay: with no gradient, rate 0.1, a decay of 0.5 and a parameter at 1, Adam moves it by
# the rate where the decay is part of the gradient, and by rate * decay where it is apart.
DECAY = "Adam, weight_decay="


def kind_of_decay(stops: list[float]) -> str:
    """Return which of the two it is."""
    return {0.9: "in the gradient", 0.95: "apart"}.get(
        round(stops[0], 3), f"{stops[0]:.3f}"
    )


@row(OPTIMIZERS, DECAY, "PyTorch", "in the gradient")
def _() -> str:
    def make(p: list[Any], lr: float) -> Any:
        return _torch().optim.Adam(p, lr=lr, weight_decay=0.5)

    return kind_of_decay(torch_steps(make, [0.0], [0.1], 1.0))


@row(OPTIMIZERS, DECAY, "Keras", "apart")
def _() -> str:
    adam = _keras().optimizers.Adam(0.1, weight_decay=0.5)
    return kind_of_decay(keras_steps(adam, [0.0], [0.1], 1.0))


INVERSE = "rate after 10 steps of decay 0.1, from 1"
row(OPTIMIZERS, INVERSE, "book", "0.5")(lambda: 1 / (1 + 0.1 * 10))


@row(
    OPTIMIZERS,
    INVERSE,
    "Keras",
    "0.5 by InverseTimeDecay(1, 1, 0.1); decay= is ignored",
)
def _() -> str:
    optimizers = _keras().optimizers
    schedule = optimizers.schedules.InverseTimeDecay(1.0, decay_steps=1, decay_rate=0.1)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        old = optimizers.SGD(1.0, decay=0.1)
        stops = [abs(each) for each in keras_still(old)]
    ignored = "is ignored" if np.allclose(np.diff([0, *stops]), 1) else "works"
    return f"{float(schedule(10)):g} by InverseTimeDecay(1, 1, 0.1); decay= {ignored}"


def keras_still(optimizer: Any) -> list[float]:
    """Return three steps along a gradient of 1, the rate left alone."""
    keras = _keras()
    place, stops = keras.Variable([0.0]), []
    for _ in range(3):
        optimizer.apply([keras.ops.array([1.0])], [place])
        stops.append(float(place[0]))
    return stops


def _torch() -> Any:
    import torch

    return torch


def _keras() -> Any:
    import keras

    return keras


def _optax() -> Any:
    import optax

    return optax


def _mlx() -> Any:
    import mlx.optimizers

    return mlx.optimizers


# Chapter 3: a label that names none of three classes.
LABELS = "labels"
WRONG = "cost of label 5 of 3 classes"
LOGITS = [[1.0, 2.0, 3.0]]


def outcome(function: Callable[[], Any]) -> str:
    """Return what a call returns, in three digits, or the name of its error."""
    try:
        return text(function())
    except Exception as error:
        return type(error).__name__


row(LABELS, WRONG, "book", "ValueError")(
    lambda: outcome(
        lambda: nn.SoftmaxCategoricalCrossentropy().calculate(
            np.array(LOGITS), np.array([5])
        )
    )
)


@row(LABELS, WRONG, "PyTorch", "IndexError")
def _() -> str:
    torch = _torch()
    loss = torch.nn.functional.cross_entropy
    return outcome(lambda: loss(torch.tensor(LOGITS), torch.tensor([5])))


@row(LABELS, WRONG, "Keras", "0")
def _() -> str:
    keras = _keras()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return outcome(lambda: abs(float(loss(np.array([5]), np.array(LOGITS)))))


@row(LABELS, WRONG, "optax", "nan")
def _() -> str:
    import jax.numpy as jnp

    loss = _optax().softmax_cross_entropy_with_integer_labels
    return outcome(lambda: loss(jnp.array(LOGITS), jnp.array([5]))[0])


@row(LABELS, WRONG, "tinygrad", "0")
def _() -> str:
    from tinygrad import Tensor

    return outcome(
        lambda: abs(Tensor(LOGITS).sparse_categorical_crossentropy(Tensor([5])).item())
    )


MINUS = "cost of label -1, less that of the last class"


@row(LABELS, MINUS, "MLX", "0")
def _() -> str:
    import mlx.core as mx
    from mlx.nn.losses import cross_entropy

    minus, last = (
        cross_entropy(mx.array(LOGITS), mx.array([t])).item() for t in (-1, 2)
    )
    return text(abs(minus - last))


# Chapter 4: the slope at a corner.
CORNER, AT_ZERO = "corner", "slope at 0"
row(CORNER, AT_ZERO, "book: ReLU", "0")(lambda: slope_of_book())


def slope_of_book() -> float:
    relu = nn.ReLU()
    relu.forward(np.zeros((1, 1)))
    return float(relu.backward(np.ones((1, 1)))[0, 0])


def slope_of_torch(function: Callable[[Any], Any]) -> float:
    z = _torch().zeros(1, requires_grad=True)
    function(z).sum().backward()
    return z.grad.item()


def slope_of_jax(function: Callable[[Any], Any]) -> float:
    import jax

    return float(jax.grad(lambda z: function(z))(0.0))


row(CORNER, AT_ZERO, "PyTorch: relu", "0")(lambda: slope_of_torch(_torch().relu))
row(CORNER, AT_ZERO, "PyTorch: clamp(min=0)", "1")(
    lambda: slope_of_torch(lambda z: z.clamp(min=0))
)
row(CORNER, AT_ZERO, "JAX: nn.relu", "0")(lambda: slope_of_jax(_jax().nn.relu))
row(CORNER, AT_ZERO, "JAX: numpy.maximum(z, 0)", "0.5")(
    lambda: slope_of_jax(lambda z: _jax().numpy.maximum(z, 0))
)
row(CORNER, AT_ZERO, "PyTorch: abs", "0")(lambda: slope_of_torch(_torch().abs))
row(CORNER, AT_ZERO, "JAX: numpy.abs", "1")(lambda: slope_of_jax(_jax().numpy.abs))
row(CORNER, AT_ZERO, "Keras: relu", "0")(lambda: slope_of_jax(_keras().ops.relu))


def _jax() -> Any:
    import jax

    return jax


# Chapter 5: sure and wrong. Logits 0 and 200, and the truth is class 0.
SURE = "sure and wrong"
COST = "cost, and the push on the true logit"
FAR = np.array([[0.0, 200.0]], dtype=np.float32)


def cost_and_push(cost: float, slope: float) -> str:
    return f"{cost:.4g}, {abs(slope):.2g}"


@row(SURE, COST, "book: two steps", "16.12, 0")
def _() -> str:
    softmax, loss = nn.Softmax(), nn.CategoricalCrossentropy()
    predictions, truth = softmax.forward(FAR), np.array([0])
    slope = softmax.backward(loss.backward(predictions, truth))[0, 0]
    return cost_and_push(loss.calculate(predictions, truth), slope)


@row(SURE, COST, "book: fused", "200, 1")
def _() -> str:
    cost, slope = nn.SoftmaxCategoricalCrossentropy().value_and_gradient(
        FAR, np.array([0])
    )
    return cost_and_push(cost, slope[0, 0])


@row(SURE, COST, "PyTorch: CrossEntropyLoss, which takes logits", "200, 1")
def _() -> str:
    torch = _torch()
    z = torch.tensor(FAR, requires_grad=True)
    cost = torch.nn.CrossEntropyLoss()(z, torch.tensor([0]))
    cost.backward()
    return cost_and_push(cost.item(), z.grad[0, 0].item())


def keras_cost(from_logits: bool) -> str:
    import jax

    keras = _keras()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)

    def cost(z: Any) -> Any:
        return loss(np.array([0]), z if from_logits else keras.ops.softmax(z))

    value, slope = jax.value_and_grad(cost)(jax.numpy.array(FAR))
    return cost_and_push(float(value), float(slope[0, 0]))


row(SURE, COST, "Keras on JAX: softmax, then the loss", "16.12, 0")(
    lambda: keras_cost(False)
)
row(SURE, COST, "Keras on JAX: from_logits=True", "200, 1")(lambda: keras_cost(True))

# Chapter 7: what a penalty of that name shrinks, and by how much.
PENALTY = "penalties"
BIASES = "weight_decay= moves a bias"


@row(PENALTY, BIASES, "PyTorch: SGD", "yes")
def _() -> str:
    torch = _torch()
    layer = torch.nn.Linear(2, 2)
    before = layer.bias.detach().clone()
    for each in layer.parameters():
        each.grad = torch.zeros_like(each)
    torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.5).step()
    return "no" if torch.equal(layer.bias, before) else "yes"


SHRINKS = "one step with no data gradient multiplies the weights by"


@row(PENALTY, SHRINKS, "scikit-learn: alpha=0.4, batch of 4, rate 0.1", "0.99")
def _() -> float:
    from sklearn.neural_network import MLPRegressor

    network = MLPRegressor(
        hidden_layer_sizes=(3,),
        activation="identity",
        solver="sgd",
        alpha=0.4,
        batch_size=4,
        learning_rate_init=0.1,
        momentum=0.0,
        random_state=0,
    )
    X, y = np.zeros((4, 2)), np.zeros(4)
    network.partial_fit(X, y)
    before = network.coefs_[0].copy()
    network.intercepts_[0][:] = 0
    network.intercepts_[1][:] = 0
    network.partial_fit(X, y)
    return float((network.coefs_[0] / before).mean())


@row(PENALTY, SHRINKS, "book: weight_l2=0.05, rate 0.1", "0.99")
def _() -> float:
    layer = nn.Dense(2, 3, weight_l2=0.05, rng=0, dtype=np.float64)
    before = layer.weights.copy()
    layer.forward(np.zeros((4, 2)))
    layer.backward(np.zeros((4, 3)))
    nn.SGD(0.1).step([(layer.weights, layer.dweights)])
    return float((layer.weights / before).mean())


@row(PENALTY, SHRINKS, "PyTorch: weight_decay=0.1, rate 0.1", "0.99")
def _() -> float:
    def make(p: list[Any], lr: float) -> Any:
        return _torch().optim.SGD(p, lr=lr, weight_decay=0.1)

    return torch_steps(make, [0.0], [0.1], 1.0)[0]


# Chapter 8: what the number of a dropout layer means.
DROPOUT, SHARE = (
    "dropout",
    "of 10,000 ones, Dropout(0.2) makes zeros of about, and of the others",
)


def dropped(outputs: np.ndarray) -> str:
    share = float(np.mean(outputs == 0))
    return f"{round(share, 1):g}, {outputs.max():.4g}"


@row(DROPOUT, SHARE, "book", "0.2, 1.25")
def _() -> str:
    layer = nn.Dropout(0.2, rng=0)
    layer.training = True
    return dropped(layer.forward(np.ones((100, 100), dtype=np.float32)))


row(DROPOUT, SHARE, "PyTorch", "0.2, 1.25")(
    lambda: dropped(_torch().nn.Dropout(0.2)(_torch().ones(100, 100)).numpy())
)
row(DROPOUT, SHARE, "Keras", "0.2, 1.25")(
    lambda: dropped(
        np.asarray(_keras().layers.Dropout(0.2)(np.ones((100, 100)), training=True))
    )
)


@row(DROPOUT, SHARE, "MLX", "0.2, 1.25")
def _() -> str:
    import mlx.core as mx
    import mlx.nn

    return dropped(np.array(mlx.nn.Dropout(0.2)(mx.ones((100, 100)))))


# Chapter 9: one initializer for two layers.
TWINS, SAME = "twins", "two layers from one initializer or seed are alike"
row(TWINS, SAME, "book: rng=0 for both", "yes")(
    lambda: (
        "yes"
        if np.array_equal(nn.Dense(3, 3, rng=0).weights, nn.Dense(3, 3, rng=0).weights)
        else "no"
    )
)


@row(TWINS, SAME, "Keras: one HeNormal() for both", "yes")
def _() -> str:
    keras = _keras()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        initializer = keras.initializers.HeNormal()
        layers = [
            keras.layers.Dense(3, kernel_initializer=initializer) for _ in range(2)
        ]
        for layer in layers:
            layer.build((None, 3))
        one, other = (np.asarray(layer.kernel) for layer in layers)
    return "yes" if np.array_equal(one, other) else "no"


# Chapter 11: whether evaluate adds the penalty to the loss.
EVALUATE, ADDS = "evaluate", "evaluate's loss contains the penalty"


@row(EVALUATE, ADDS, "Keras", "yes")
def _() -> str:
    keras = _keras()
    layer = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(10.0))
    model = keras.Sequential([keras.Input((2,)), layer])
    model.compile(loss="mse", optimizer="sgd")
    X = np.eye(2, dtype=np.float32)
    value = model.evaluate(X, model.predict(X, verbose=0), verbose=0)
    return "yes" if value > 1e-6 else "no"


# Chapter 13: files.
FILES = "files"
TRANSPOSED = "save_file({'w': weights.T}) brings back the numbers that were saved"


@row(FILES, TRANSPOSED, "safetensors", "no")
def _() -> str:
    from safetensors.numpy import load_file, save_file

    weights = np.arange(6.0).reshape(2, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "w.safetensors")
        save_file({"w": weights.T}, path)
        return "yes" if np.array_equal(load_file(path)["w"], weights.T) else "no"


READS = "reads the book's .npz"


def read_by(load: Callable[[str], Any]) -> str:
    model = nn.Model([nn.Dense(2, 3, rng=0), nn.Softmax()])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        try:
            with_names = dict(load(str(path)))
        except Exception:
            return "no"
        return (
            "yes"
            if any(np.shape(each) == (2, 3) for each in with_names.values())
            else "no"
        )


def numpy_load(path: str) -> dict[str, Any]:
    with np.load(path) as archive:
        return {
            name: archive[name] for name in archive.files if not name.endswith(".json")
        }


row(FILES, READS, "NumPy", "yes")(lambda: read_by(numpy_load))
row(FILES, READS, "MLX", "no")(
    lambda: read_by(lambda path: importlib.import_module("mlx.core").load(path))
)


def main() -> int:
    """Measure every cell; say what is missing, and what is no longer true."""
    versions, missing = {"NumPy": np.__version__}, set()
    for library, package in PACKAGES.items():
        try:
            importlib.import_module(MODULES.get(library, package))
            versions[library] = version(package)
        except ImportError:
            missing.add(library)
    wrong, kept = 0, {}
    for table, rows in TABLES.items():
        print(f"\n{table}")
        for what, cells in rows.items():
            print(f"  {what}")
            for library, (measure, says) in cells.items():
                name = library.partition(":")[0].partition(" on ")[0]
                if name in missing:
                    print(f"    {library:16s} left out: {name} is not installed")
                    continue
                try:
                    found = text(measure())
                except Exception as error:
                    found = f"{type(error).__name__}: {error}"
                sign = "" if found == says else f"   <-- the book says {says}"
                wrong += bool(sign)
                print(f"    {library:16s} {found}{sign}")
                kept.setdefault(table, {}).setdefault(what, {})[library] = found
    print(f"\n{versions}\nmissing: {missing or 'none'}; no longer true: {wrong}")
    if "--keep" in sys.argv and not wrong and not missing:
        from experiments import as_text

        table = {"versions": versions, "tables": kept}
        (FOLDER / "elsewhere.json").write_text(as_text(table), encoding="utf-8")
        print("wrote elsewhere.json")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
