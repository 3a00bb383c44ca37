"""The lab *Gradients by themselves*: gradients of whatever can be written, and every word it says."""

import gc
import json
import threading
import weakref
from pathlib import Path

import autograd as golden
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnfs_lib as nn
from nnfs_lib.labs import autograd as lab
from nnfs_lib.labs.autograd import Tensor, no_grad

NOTEBOOK = Path(__file__).parents[2] / "labs/autograd.ipynb"
KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
ADVICE = "run tests/golden/autograd.py, its first lines say how"
TOLERANCE = 1e-12


def slope(function, array, *, step=2e-5):
    """Return d function() / d array by four values around each number; the error is of order step^4."""
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        here, values = array[index], []
        for steps in (-2, -1, 1, 2):
            array[index] = here + steps * step
            values.append(function())
        array[index] = here
        far_below, below, above, far_above = values
        gradient[index] = (8 * (above - below) - (far_above - far_below)) / (12 * step)
    return gradient


# name -> a step from tensors to a tensor; each keeps its numbers small and smooth
UNARY = {
    "negate": lambda x: -x,
    "exp": lambda x: (x * 0.3).exp(),
    "log": lambda x: (x * x + 0.5).log(),
    "tanh": lambda x: x.tanh(),
    "relu": lambda x: x.relu(),
    "sigmoid": lambda x: x.sigmoid(),
    "cube": lambda x: (x * 0.5) ** 3,
    "root": lambda x: (x * x + 1) ** 0.5,
    "from a number": lambda x: 1.5 - x,
    "by a number": lambda x: 2 / (x * x + 1),
    "an array on the left": lambda x: np.full(x.shape, 0.5) * x - np.ones(x.shape),
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / (y * y + 0.5),
}


def far_from_the_corner(x):
    """Whether no number is so close to relu's corner that differences step over it."""
    return np.abs(x.data).min() > 0.05


def one_is_largest(x, axis):
    """Whether the largest number along an axis, or of all, stays the largest in differences."""
    values = x.data.ravel() if axis is None else x.data
    axis = axis or 0
    if values.shape[axis] < 2:
        return True
    gaps = np.diff(np.sort(values, axis=axis), axis=axis).take(-1, axis=axis)
    return gaps.min() > 0.05


@st.composite
def programs(draw):
    """Return leaves and steps: a random graph of all operations, each on results of earlier ones.

    A step is (function, places of its inputs among what there is so far).
    """
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    shapes = [(2, 3), (3,), (2, 1), (1, 3), (), (3, 2)]
    leaves = [
        rng.uniform(-1.5, 1.5, draw(st.sampled_from(shapes))).astype(float)
        for _ in range(draw(st.integers(1, 4)))
    ]
    values, steps = [Tensor(np.array(leaf)) for leaf in leaves], []
    for _ in range(draw(st.integers(1, 9))):
        places = st.integers(0, len(values) - 1)
        i, j = draw(places), draw(places)
        step = draw_step(draw, values[i], values[j])
        if step is None:
            continue
        inputs = (i, j) if step[1] == 2 else (i,)
        result = step[0](*(values[each] for each in inputs))
        if result.data.size > 60 or np.abs(result.data).max() > 30:
            continue
        values.append(result)
        steps.append((step[0], inputs))
    return leaves, steps


def draw_step(draw, x, y):
    """Return one step and how many inputs it has, or None where these two don't allow it."""
    kinds = ["unary", "binary", "matmul", "reduce", "max", "reshape", "swap", "index"]
    kind = draw(st.sampled_from(kinds))
    if kind == "unary":
        name = draw(st.sampled_from(list(UNARY)))
        allowed = name != "relu" or far_from_the_corner(x)
        return (UNARY[name], 1) if allowed else None
    if kind == "binary":
        try:
            np.broadcast_shapes(x.shape, y.shape)
        except ValueError:
            return None
        return BINARY[draw(st.sampled_from(list(BINARY)))], 2
    if kind == "matmul":
        fits = x.data.ndim >= 2 and y.data.ndim >= 2 and x.shape[-1] == y.shape[-2]
        return (lambda x, y: x @ y, 2) if fits else None
    axes = list(range(x.data.ndim))
    axis = draw(
        st.sampled_from([None, *axes, *([tuple(axes)] if len(axes) > 1 else [])])
    )
    keepdims = draw(st.booleans())
    if kind == "reduce":
        name = draw(st.sampled_from(["sum", "mean"]))
        return lambda x: getattr(x, name)(axis=axis, keepdims=keepdims), 1
    if kind == "max":
        if isinstance(axis, tuple) or not one_is_largest(x, axis):
            return None
        return lambda x: x.max(axis=axis, keepdims=keepdims), 1
    if kind == "reshape":
        return lambda x: x.reshape(-1, 1), 1
    if not axes or not x.shape[0]:
        return None
    if kind == "swap":
        first, second = draw(st.sampled_from(axes)), draw(st.sampled_from(axes))
        return lambda x: x.transpose(first, second), 1
    rows = draw(
        st.lists(st.integers(-x.shape[0], x.shape[0] - 1), min_size=1, max_size=3)
    )
    index = draw(
        st.sampled_from([rows[0], rows, slice(None, None, -1), np.array(rows)])
    )
    return lambda x: x[index], 1


def run(leaves, steps, tensors=None):
    """Return the mean of the squares of all results, as a tensor; so every step counts."""
    values = [Tensor(leaf) for leaf in leaves] if tensors is None else [*tensors]
    for step, inputs in steps:
        values.append(step(*(values[place] for place in inputs)))
    return sum((value**2).mean() * (k + 1) for k, value in enumerate(values))


@settings(max_examples=100, deadline=None)
@given(programs())
def test_the_gradient_of_any_graph_is_what_differences_say(program):
    leaves, steps = program
    tensors = [Tensor(leaf, requires_grad=True) for leaf in leaves]
    run(leaves, steps, tensors).backward()
    for leaf, tensor in zip(leaves, tensors, strict=True):
        expected = slope(lambda: run(leaves, steps).item(), leaf)
        assert tensor.grad.shape == leaf.shape
        size = max(1.0, np.abs(expected).max(initial=0))
        np.testing.assert_allclose(tensor.grad / size, expected / size, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(programs())
def test_two_calls_add_up_and_nothing_else_is_touched(program):
    leaves, steps = program
    before = [leaf.copy() for leaf in leaves]
    tensors = [Tensor(leaf, requires_grad=True) for leaf in leaves]
    run(leaves, steps, tensors).backward()
    once = [tensor.grad.copy() for tensor in tensors]
    run(leaves, steps, tensors).backward()
    for tensor, first, leaf, old in zip(tensors, once, leaves, before, strict=True):
        np.testing.assert_allclose(tensor.grad, 2 * first, rtol=1e-12)
        assert np.array_equal(leaf, old)


def test_the_judge_of_graphs_fails_a_slope_that_is_a_thousandth_off(monkeypatch):
    def _exp(a):
        outputs = np.exp(a)
        return outputs, (lambda d: d * outputs * 1.001,)

    monkeypatch.setattr(lab.Tensor, "exp", lab._operation(_exp))
    leaf = np.array([0.5, 1.0])
    tensor = Tensor(leaf, requires_grad=True)
    tensor.exp().sum().backward()
    expected = slope(lambda: Tensor(leaf).exp().sum().item(), leaf)
    assert np.abs(tensor.grad - expected).max() > 1e-4


# -- what PyTorch says


def test_what_is_kept_is_the_scripts():
    drawn = {name: array.tolist() for name, array in golden.draw().items()}
    assert KEPT["arrays"] == drawn, ADVICE
    network = {name: array.tolist() for name, array in golden.draw_network().items()}
    assert KEPT["network"] == network, ADVICE
    assert list(KEPT["expressions"]) == list(golden.EXPRESSIONS), ADVICE
    assert list(KEPT["steps"]) == list(golden.OPTIMIZERS), ADVICE


@pytest.mark.parametrize("text", golden.EXPRESSIONS)
def test_an_expression_is_what_pytorch_says(text):
    tensors = {name: Tensor(array, True) for name, array in golden.draw().items()}
    value = (eval(text.replace("amax", "max"), {}, tensors) ** 2).sum()
    value.backward()
    kept = KEPT["expressions"][text]
    assert value.item() == pytest.approx(kept["value"], rel=TOLERANCE)
    found = {n: t.grad for n, t in tensors.items() if t.grad is not None}
    assert found.keys() == kept["gradients"].keys()
    for name, gradient in found.items():
        expected = np.array(kept["gradients"][name])
        np.testing.assert_allclose(
            gradient, expected, rtol=TOLERANCE, atol=TOLERANCE, strict=True
        )


def network():
    """Return the kept network, 3-4-3 in float64."""
    arrays, (_, *sizes) = golden.draw_network(), golden.SIZES
    hidden = lab.Linear(*sizes[:2], dtype=np.float64)
    output = lab.Linear(*sizes[1:], dtype=np.float64)
    for name, layer in (("hidden", hidden), ("output", output)):
        layer.weight.data[:] = arrays[f"{name} weight"]
        layer.bias.data[:] = arrays[f"{name} bias"]
    return lab.Sequential(hidden, lab.ReLU(), output)


def kept_loss(name, net):
    """Return the loss of the kept network."""
    inputs = Tensor(golden.draw_network()["inputs"])
    if name == "CrossEntropyLoss":
        return lab.CrossEntropyLoss()(net(inputs), np.array(golden.LABELS))
    ended = lab.Sequential(net, lab.Sigmoid())
    return lab.SquareLoss()(ended(inputs), np.eye(3)[golden.LABELS])


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "SquareLoss"])
def test_a_loss_of_a_network_is_what_pytorch_says(name):
    net, kept = network(), KEPT["losses"][name]
    loss = kept_loss(name, net)
    loss.backward()
    assert loss.item() == pytest.approx(kept["value"], rel=TOLERANCE)
    for parameter, gradient in zip(net.parameters(), kept["gradients"], strict=True):
        np.testing.assert_allclose(parameter.grad, gradient, atol=TOLERANCE)


@pytest.mark.parametrize("name", golden.OPTIMIZERS)
def test_an_optimizer_gets_to_where_pytorch_does(name):
    net, (kind, options) = network(), golden.OPTIMIZERS[name]
    optimizer = getattr(lab, kind)(net.parameters(), **options)
    for _ in range(golden.STEPS):
        optimizer.zero_grad()
        kept_loss("CrossEntropyLoss", net).backward()
        optimizer.step()
    for parameter, place in zip(net.parameters(), KEPT["steps"][name], strict=True):
        np.testing.assert_allclose(parameter.data, place, rtol=1e-10, atol=1e-10)


# -- the chapters


@pytest.mark.parametrize("ending", ["categorical", "squared"])
def test_the_gradients_are_those_of_the_chapters(ending):
    rng = np.random.default_rng(2)
    X, labels = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    net = lab.Sequential(
        lab.Linear(4, 8, rng=rng, dtype=np.float64),
        lab.ReLU(),
        lab.Linear(8, 3, rng=rng, dtype=np.float64),
    )
    layers = [nn.Dense(4, 8, dtype=np.float64), nn.ReLU(), nn.Dense(8, 3, dtype=float)]
    for dense, linear in zip(layers[::2], net.layers[::2], strict=True):
        dense.weights[:], dense.biases[:] = linear.weight.data, linear.bias.data
    if ending == "categorical":
        other, targets = nn.SoftmaxCategoricalCrossentropy(), labels
        loss = lab.CrossEntropyLoss()(net(Tensor(X)), labels)
        factor = 1
    else:
        layers.append(nn.Sigmoid())
        other, targets = nn.MeanSquaredError(), np.eye(3)[labels]
        loss = lab.SquareLoss()(net(Tensor(X)).sigmoid(), targets)
        factor = 3 / 2
    loss.backward()
    outputs = X
    for layer in layers:
        outputs = layer.forward(outputs)
    gradient = other.backward(outputs, targets)
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    assert abs(loss.item() - factor * other.calculate(outputs, targets)) < TOLERANCE
    for dense, linear in zip(layers[:3:2], net.layers[::2], strict=True):
        for mine, own in (
            (linear.weight.grad, dense.dweights),
            (linear.bias.grad, dense.dbiases[0]),
        ):
            assert np.abs(mine - factor * own).max() < TOLERANCE


# -- depth and memory


@pytest.mark.parametrize("goes_back", [True, False])
def test_a_hundred_thousand_operations_deep(goes_back):
    a = Tensor(np.array(1.0), requires_grad=True)
    end = a
    for _ in range(100_000):
        end = end + a * 1e-5
    if goes_back:
        end.backward()
        assert a.grad == pytest.approx(2.0)
    del end  # nor may giving back a tape that nobody went over be too deep
    gc.collect()


def test_backward_gives_the_memory_back():
    weights = Tensor(np.ones((50, 50)), requires_grad=True)
    hidden = (weights @ weights).exp()
    kept = weakref.ref(hidden.data)
    loss = hidden.tanh().sum()
    del hidden
    assert kept() is not None
    loss.backward()
    assert kept() is None
    assert weights.grad is not None


def test_without_recording_nothing_is_kept():
    weights = Tensor(np.ones(3), requires_grad=True)
    with no_grad():
        result = (weights * 2).sum()
    assert not result.requires_grad
    assert result.ways == []
    assert (weights * 2).requires_grad  # on again


def test_no_grad_ends_with_an_error_too_and_holds_for_its_thread_only():
    weights, seen = Tensor(np.ones(3), requires_grad=True), []
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (weights * 2).requires_grad
    with no_grad():
        other = threading.Thread(
            target=lambda: seen.append((weights * 2).requires_grad)
        )
        other.start()
        other.join()
        assert not (weights * 2).requires_grad
    assert seen == [True]


def test_a_way_that_nobody_wants_is_forgotten_with_its_arrays():
    inputs, weights = Tensor(np.ones((4, 3))), Tensor(np.ones((3, 2)), True)
    result = inputs @ weights
    assert [source for source, *_ in result.ways] == [weights]


# -- what a tensor is made of


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([1.0, 2.0], np.float32),
        (3, np.float32),
        (np.arange(3), np.float32),
        (np.ones(2), np.float64),
        (np.ones(2, np.float32), np.float32),
        (np.float64(2), np.float64),
    ],
)
def test_floats_stay_and_other_numbers_become_float32(data, dtype):
    assert Tensor(data).data.dtype == dtype


def test_single_precision_stays_single():
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    result = ((2 - x) / 3 * 0.5 + 1 / x).sigmoid().mean() + x.max() ** 2
    result.backward()
    assert result.data.dtype == x.grad.dtype == np.float32
    mixed = (x * np.ones(3)).sum()  # float64 by NumPy's rules
    mixed.backward()
    assert x.grad.dtype == np.float32


def test_training_stays_in_single_precision():
    for optimizer_class in (lab.SGD, lab.Adam):
        net = lab.Sequential(lab.Linear(3, 2, rng=0), lab.Sigmoid())
        optimizer = optimizer_class(net.parameters(), lr=0.1)
        loss = lab.SquareLoss()(
            net(Tensor(np.ones((4, 3), np.float32))), np.eye(2)[[0] * 4]
        )
        loss.backward()
        optimizer.step()
        assert {each.data.dtype for each in net.parameters()} == {np.dtype(np.float32)}


def test_far_out_nothing_overflows():
    with np.errstate(all="raise", under="ignore"):
        x = Tensor(np.array([-1000.0, 0.0, 1000.0]), requires_grad=True)
        x.sigmoid().sum().backward()
        assert np.allclose(x.grad, [0, 0.25, 0])
        logits = Tensor(np.array([[1000.0, 0.0], [-1000.0, 0.0]]), requires_grad=True)
        loss = lab.CrossEntropyLoss()(logits, np.array([1, 1]))
        loss.backward()
    assert loss.item() == 500
    assert np.allclose(logits.grad, [[0.5, -0.5], [0, 0]])


def test_gradients_of_two_leaves_are_never_one_array():
    a, b = (Tensor(np.ones(3), requires_grad=True) for _ in range(2))
    gradient = np.ones(3)
    (a + b).backward(gradient)
    a.grad *= 5
    assert np.array_equal(b.grad, np.ones(3))
    assert np.array_equal(gradient, np.ones(3))


def test_an_array_on_the_left_is_an_operation_of_the_tape():
    array, x = np.array([[1.0, 2.0], [3.0, 4.0]]), Tensor(np.eye(2), True)
    for result, expected in (
        (array + x, array + np.eye(2)),
        (array - x, array - np.eye(2)),
        (array * x, array * np.eye(2)),
        (array / (x + 1), array / (np.eye(2) + 1)),
        (array @ x, array),
        (np.float64(2) * x, 2 * np.eye(2)),
    ):
        assert isinstance(result, Tensor)
        assert result.requires_grad
        np.testing.assert_allclose(result.data, expected)


def test_a_power_of_zero_has_no_slope_at_zero():
    x = Tensor(np.array([0.0, 2.0]), requires_grad=True)
    with np.errstate(all="raise"):
        (x**0).sum().backward()
        assert np.array_equal(x.grad, [0, 0])
        (x**1).sum().backward()
    assert np.array_equal(x.grad, [1, 1])


def test_a_tensor_says_what_it_is():
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(Tensor(3.0, requires_grad=True)) == "Tensor(3., requires_grad=True)"
    assert Tensor([[2.5]]).item() == 2.5


# -- every error by its words


def used():
    """Return a loss whose tape was given back."""
    loss = (Tensor(np.ones(2), True) ** 2).sum()
    loss.backward()
    return loss


def half_used():
    """Return a loss of which a part was given back with another loss."""
    hidden = Tensor(np.ones(2), True) ** 2
    first, second = hidden.sum(), hidden.mean()
    first.backward()
    return second


def moved():
    """Return a loss one of whose parameters was moved since."""
    weights = Tensor(np.ones(2), True)
    loss = (weights**2).sum()
    with no_grad():
        weights.sub_(0.1)
    return loss


def ones(*shape):
    return Tensor(np.ones(shape), True)


ERRORS = [
    (lambda: ones(2).backward(), RuntimeError, r"begins at one number.*shape \(2,\)"),
    (lambda: Tensor(1.0).backward(), RuntimeError, "requires_grad=True"),
    (lambda: used().backward(), RuntimeError, "over this tape already"),
    (lambda: half_used().backward(), RuntimeError, "add two losses and go back once"),
    (lambda: moved().backward(), RuntimeError, r"\(2,\) was changed after it was used"),
    (lambda: ones(2).backward(np.ones(3)), ValueError, r"shape \(2,\), got one of \(3"),
    (lambda: ones(2).sub_(1), RuntimeError, "within `with no_grad"),
    (lambda: ones(2, 3) + ones(2), ValueError, r"\(2, 3\) and \(2,\) don't fit: comp"),
    (lambda: np.ones(4) * ones(2, 3), ValueError, r"\(2, 3\) and \(4,\) don't fit"),
    (lambda: ones(2, 3) @ ones(2, 3), ValueError, r"got \(2, 3\) @ \(2, 3\)"),
    (lambda: ones(2, 3) @ ones(3), ValueError, r"reshape\(1, -1\)"),
    (lambda: ones(2, 3) @ 2.0, ValueError, r"got \(2, 3\) @ \(\)"),
    (lambda: ones(6).reshape(4), ValueError, "cannot reshape"),
    (lambda: ones(2).sum(axis=1), ValueError, "axis 1 is out of bounds"),
    (lambda: ones(2)[5], IndexError, "out of bounds"),
    (lambda: ones(2) ** ones(2), TypeError, "power: no gradient goes there"),
    (lambda: ones(2)[Tensor([0])], IndexError, "must be of integer"),
    (lambda: Tensor("text"), ValueError, "Tensor needs numbers"),
    (lambda: Tensor([ones(2)]), ValueError, "Tensor needs numbers, got object"),
    (lambda: Tensor(1j), ValueError, "Tensor needs numbers, got complex"),
    (lambda: lab.Module()(ones(2)), NotImplementedError, "define forward"),
    (lambda: lab.ReLU()(np.ones(2)), TypeError, r"got ndarray: wrap it, Tensor\(X\)"),
    (
        lambda: lab.SquareLoss()(ones(2, 1), np.ones(2)),
        ValueError,
        r"got \(2, 1\) and \(2,\): labels become rows",
    ),
    (
        lambda: lab.CrossEntropyLoss()(ones(2, 3), np.eye(3)[:2]),
        ValueError,
        r"got float64 of shape \(2, 3\): rows of 0 and 1 become labels",
    ),
    (
        lambda: lab.CrossEntropyLoss()(ones(2, 3), np.array([0, 1, 2], np.int64)),
        ValueError,
        r"got int64 of shape \(3,\)",
    ),
    (
        lambda: lab.CrossEntropyLoss()(ones(2, 3), np.array([0, -1])),
        ValueError,
        "labels from 0 to 2",
    ),
    (
        lambda: lab.CrossEntropyLoss()(ones(2, 3), np.array([0, 3])),
        ValueError,
        "labels from 0 to 2",
    ),
    (lambda: lab.SGD([], lr=1.0), ValueError, "An optimizer moves tensors"),
    (lambda: lab.Adam([np.ones(2)]), ValueError, "An optimizer moves tensors"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), ERRORS)
def test_errors_say_what_to_do(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()


def test_a_refused_backward_changes_nothing():
    weights, other = ones(2), ones(2)
    loss = (weights**2).sum() + (other**2).sum()
    with no_grad():
        other.sub_(0.5)
    with pytest.raises(RuntimeError):
        loss.backward()
    assert weights.grad is None
    assert loss.ways


# -- modules and optimizers


class Shared(lab.Module):
    """Two layers in a list, one of them twice, and a tensor that is no parameter."""

    def __init__(self):
        self.layers = [lab.Linear(2, 2, rng=0), lab.Sequential(lab.Linear(2, 2, rng=1))]
        self.again = self.layers[0]
        self.scale = Tensor(2.0)
        self.own = Tensor(1.0, requires_grad=True)
        self.parent = self  # a circle

    def forward(self, inputs):
        for layer in [*self.layers, self.again]:
            inputs = layer(inputs)
        return inputs * self.scale * self.own


def test_a_module_finds_each_parameter_once():
    net = Shared()
    first, second = net.layers[0], net.layers[1].layers[0]
    expected = [net.own, first.weight, first.bias, second.weight, second.bias]
    found = net.parameters()
    assert {id(each) for each in found} == {id(each) for each in expected}
    assert len(found) == 5


def test_modes_reach_every_module():
    net = Shared()
    assert net.training
    assert net.layers[1].layers[0].training
    assert net.eval() is net
    assert not net.layers[1].layers[0].training
    assert net.train().again.training


def test_shared_weights_get_the_slopes_of_both_uses():
    net = Shared()
    inputs = np.array([[0.5, -1.0]])
    weight = net.again.weight
    weight.data = weight.data.astype(np.float64)
    net(Tensor(inputs)).sum().backward()
    with no_grad():
        expected = slope(lambda: net(Tensor(inputs)).sum().item(), weight.data)
    np.testing.assert_allclose(weight.grad, expected, rtol=1e-6)
    net.zero_grad()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_an_optimizer_leaves_alone_what_has_no_gradient():
    a, b = ones(2), ones(2)
    for optimizer in (lab.SGD([a, b], lr=0.1), lab.Adam([a, b], lr=0.1)):
        optimizer.zero_grad()
        (a**2).sum().backward()
        before = b.data.copy()
        optimizer.step()
        assert np.array_equal(b.data, before)
        assert not np.array_equal(a.data, before)


def test_linear_starts_evenly_within_one_over_the_root():
    layer = lab.Linear(100, 400, rng=0)
    for array in (layer.weight.data, layer.bias.data):
        assert 0.09 < np.abs(array).max() <= 0.1
        assert abs(array.std() - 0.1 / np.sqrt(3)) < 0.003
    again = lab.Linear(100, 400, rng=0)
    assert np.array_equal(again.weight.data, layer.weight.data)
