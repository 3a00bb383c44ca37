"""The lab *Convolution*: outputs and gradients of its layers, PyTorch's, and every word they say."""

import copy
import json
import re
from collections.abc import Callable

import convolution as golden
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnfs_lib as nn
from nnfs_lib.labs import convolution as lab
from nnfs_lib.labs.convolution import Conv2D, ConvTranspose2D, MaxPool2D

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))["layers"]
ADVICE = "run tests/golden/convolution.py, its first lines say how"
CLASSES = {"Conv2D": Conv2D, "ConvTranspose2D": ConvTranspose2D, "MaxPool2D": MaxPool2D}


# -- by hand


def test_a_convolution_by_hand():
    layer = Conv2D(1, 1, 2, dtype=float)
    layer.weights[:, :, 0, 0] = [[1, -1], [2, 0]]
    layer.biases[:] = 10
    picture = np.array([[1.0, 2, 0], [3, 1, 2], [0, 1, 4]]).reshape(1, 3, 3, 1)
    assert layer.forward(picture)[0, :, :, 0].tolist() == [[15, 14], [12, 11]]
    slopes = np.array([[1.0, 0], [2, -1]]).reshape(1, 2, 2, 1)
    dinputs = layer.backward(slopes)[0, :, :, 0]
    assert dinputs.tolist() == [[1, -1, 0], [4, -3, 1], [4, -2, 0]]
    # 1 * (1, 2, 3, 1) + 2 * (3, 1, 0, 1) - 1 * (1, 2, 1, 4)
    assert layer.dweights[:, :, 0, 0].tolist() == [[6, 2], [2, -1]]
    assert layer.dbiases.tolist() == [[2]]


def test_a_transposed_convolution_by_hand():
    layer = ConvTranspose2D(1, 1, 2, stride=2, dtype=float)
    layer.weights[:, :, 0, 0] = [[1, -1], [2, 0]]
    found = layer.forward(np.array([[1.0, 3.0]]).reshape(1, 1, 2, 1))
    assert found[0, :, :, 0].tolist() == [[1, -1, 3, -3], [2, 0, 6, 0]]


def test_of_several_winners_the_first_gets_the_slope():
    pool = MaxPool2D(2)
    rows = np.array([[1.0, 5, 0, 0], [5, 2, 0, 0]]).reshape(1, 2, 4, 1)
    assert pool.forward(rows).ravel().tolist() == [5, 0]
    found = pool.backward(np.array([7.0, 3]).reshape(1, 1, 2, 1))
    assert found[0, :, :, 0].tolist() == [[0, 7, 3, 0], [0, 0, 0, 0]]


def test_overlapping_windows_add_their_slopes_up():
    pool = MaxPool2D(2, 1)
    pool.forward(np.array([[0.0, 0, 0], [0, 9, 0], [0, 0, 0]]).reshape(1, 3, 3, 1))
    found = pool.backward(np.ones((1, 2, 2, 1)))
    assert found[0, :, :, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


def test_what_a_stride_leaves_over_has_no_gradient():
    rng = np.random.default_rng(0)
    for layer in (Conv2D(2, 3, 3, stride=2, rng=0, dtype=float), MaxPool2D(3, 2)):
        inputs = rng.standard_normal((2, 8, 6, 2))
        dinputs = layer.backward(np.ones_like(layer.forward(inputs)))
        assert layer.outputs.shape[1:3] == (3, 2)
        assert np.any(dinputs[:, :7, :5])
        assert not np.any(dinputs[:, 7:])
        assert not np.any(dinputs[:, :, 5:])


# -- over random shapes


@st.composite
def cases(draw):
    """Return what a layer is made with, and the shape of pictures that it takes."""
    kernel = draw(st.integers(1, 4))
    how = {
        "n_inputs": draw(st.integers(1, 3)),
        "n_outputs": draw(st.integers(1, 3)),
        "kernel_size": kernel,
        "stride": draw(st.integers(1, 4)),
        "padding": draw(st.integers(0, 2)),
    }
    least = max(1, kernel - 2 * how["padding"])
    sides = [draw(st.integers(least, least + 4)) for _ in range(2)]
    return how, (draw(st.integers(1, 2)), *sides, how["n_inputs"])


def by_loops(layer, inputs):
    """Return a convolution's outputs, one number at a time."""
    padded = np.pad(inputs, [(0, 0), *2 * [2 * (layer.padding,)], (0, 0)])
    size, stride = layer.kernel_size, layer.stride
    rows, columns = ((n - size) // stride + 1 for n in padded.shape[1:3])
    outputs = np.empty((len(inputs), rows, columns, layer.n_outputs))
    for n, y, x, o in np.ndindex(outputs.shape):
        i, j = y * stride, x * stride
        window = padded[n, i : i + size, j : j + size]
        outputs[n, y, x, o] = (
            np.sum(window * layer.weights[..., o]) + layer.biases[0, o]
        )
    return outputs


def drawn(kind, how, rng):
    layer = kind(**how, rng=rng, dtype=np.float64)
    layer.biases[:] = rng.standard_normal(layer.biases.shape)
    return layer


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, 1000))
def test_a_convolution_is_its_loops_and_passes_the_judge(case, seed):
    (how, shape), rng = case, np.random.default_rng(seed)
    layer, inputs = drawn(Conv2D, how, rng), rng.standard_normal(shape)
    kept = inputs.copy()
    np.testing.assert_allclose(
        layer.forward(inputs), by_loops(layer, inputs), rtol=1e-9
    )
    nn.check_layer(layer, inputs)
    assert np.array_equal(inputs, kept)


@settings(max_examples=40, deadline=None)
@given(cases(), st.integers(0, 1000))
def test_a_transposed_convolution_is_the_way_back_of_one(case, seed):
    (how, shape), rng = case, np.random.default_rng(seed)
    layer = drawn(Conv2D, how, rng)
    layer.biases[:] = 0
    x = rng.standard_normal(shape)
    y = rng.standard_normal(layer.forward(x).shape)
    turned = {**how, "n_inputs": how["n_outputs"], "n_outputs": how["n_inputs"]}
    back = ConvTranspose2D(**turned, rng=0, dtype=np.float64)
    back.weights[:] = layer.weights
    step, grown = how["stride"], how["kernel_size"] - 2 * how["padding"]
    sides = [(n - 1) * step + grown for n in y.shape[1:3]]
    if min(sides) < 1:  # all that it could paint would be cut off
        with pytest.raises(ValueError, match="doesn't fit"):
            back.forward(y)
        return
    painted = back.forward(y)
    assert painted.shape == (len(x), *sides, how["n_inputs"])
    if sides == [*shape[1:3]]:
        product = float(np.sum(layer.outputs * y))
        assert np.sum(x * painted) == pytest.approx(product, rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(painted, layer.backward(y), atol=1e-12)
    nn.check_layer(back, y)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 1000))
def test_a_pool_is_its_loops_and_loses_no_slope(size, stride, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.integers(0, 3, (2, *rng.integers(size, size + 5, 2), 2)).astype(float)
    pool = MaxPool2D(size, stride)
    outputs = pool.forward(inputs)
    for n, y, x, c in np.ndindex(outputs.shape):
        i, j = y * stride, x * stride
        assert outputs[n, y, x, c] == inputs[n, i : i + size, j : j + size, c].max()
    doutputs = rng.standard_normal(outputs.shape)
    assert pool.backward(doutputs).sum() == pytest.approx(doutputs.sum())
    apart = rng.permutation(inputs.size).reshape(inputs.shape) / 4
    nn.check_layer(MaxPool2D(size, stride), apart)


def test_many_windows_side_by_side_and_few_pictures_at_a_time(monkeypatch):
    rng = np.random.default_rng(0)
    layer = Conv2D(2, 3, 5, padding=2, rng=0, dtype=np.float64)
    inputs = rng.standard_normal((7, 12, 12, 2))
    doutputs = rng.standard_normal((7, 12, 12, 3))

    def found():
        outputs, dinputs = layer.forward(inputs), layer.backward(doutputs)
        return [outputs, dinputs, layer.dweights]

    zeros, parts = lab._abreast(layer.weights, 1, 12)
    assert (zeros.shape[3], len(parts)) == (4, 4)
    fast = found()
    for name, value in (("_ABREAST", 1), ("_BLOCK", 1), ("_BLOCK", 2**30)):
        monkeypatch.setattr(lab, name, value)
        for one, other in zip(found(), fast, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)


# -- what PyTorch says


def test_a_layer_is_kept_for_every_case():
    assert len(KEPT) == len(golden.LAYERS), ADVICE


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)]
)
@pytest.mark.parametrize("number", range(len(golden.LAYERS)))
def test_a_layer_is_what_pytorch_says(number, dtype, tolerance):
    kind, shape, how = golden.LAYERS[number]
    arrays, settings = golden.draw(number), dict(how)
    if kind != "MaxPool2D":
        settings |= {"n_inputs": shape[3], "dtype": np.dtype(dtype)}
    layer = CLASSES[kind](**settings)
    for name in layer.parameter_names:
        getattr(layer, name)[...] = arrays[name]
    outputs = layer.forward(arrays["inputs"].astype(dtype))
    dinputs = layer.backward(golden.weighting(number, outputs.shape).astype(dtype))
    found = {"outputs": outputs, "dinputs": dinputs}
    found |= {f"d{name}": getattr(layer, f"d{name}") for name in layer.parameter_names}
    assert found.keys() == KEPT[number].keys(), ADVICE
    for name, array in found.items():
        entry = KEPT[number][name]
        expected = np.reshape(entry["values"], entry["shape"])
        assert (array.shape, array.dtype) == (expected.shape, dtype), name
        room = tolerance * max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(array, expected, rtol=tolerance, atol=room)


# -- starts, types, and a model around it


@pytest.mark.parametrize(
    ("layer", "n_added"),
    [
        (lambda: Conv2D(6, 160, 5, rng=0), 150),
        (lambda: Conv2D(1, 900, 5, rng=0), 25),
        (lambda: ConvTranspose2D(64, 60, 3, rng=0), 576),
        (lambda: ConvTranspose2D(64, 30, 4, stride=2, rng=0), 256),
        (lambda: ConvTranspose2D(16, 60, 5, stride=2, rng=0), 100),
    ],
)
def test_weights_start_by_what_an_output_adds_up(layer: Callable, n_added):
    weights = layer().weights
    assert weights.std() == pytest.approx(np.sqrt(2 / n_added), rel=0.02)
    assert weights.dtype == np.float32


def test_outputs_of_a_transposed_convolution_keep_the_inputs_size():
    layer = ConvTranspose2D(64, 64, 4, stride=2, padding=1, rng=0, dtype=float)
    inputs = np.random.default_rng(1).standard_normal((1, 16, 16, 64))
    inside = layer.forward(inputs)[:, 2:-2, 2:-2]
    assert np.mean(inside**2) == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("initializer", [nn.constant(0.5), nn.glorot_uniform])
def test_any_initializer_and_a_seed(initializer):
    made = [
        kind(2, 3, 3, initializer=initializer, rng=4).weights
        for kind in (Conv2D, ConvTranspose2D)
        for _ in range(2)
    ]
    assert np.array_equal(made[0], made[1])
    assert np.array_equal(made[2], made[3])
    assert [each.shape for each in made[::2]] == [(3, 3, 2, 3), (3, 3, 3, 2)]


def test_float32_stays_and_bytes_become_it():
    layer = Conv2D(1, 2, 3, padding=1, rng=0)
    outputs = layer.forward(np.full((1, 4, 4, 1), 200, np.uint8))
    assert outputs.dtype == np.float32
    dinputs = layer.backward(np.ones(outputs.shape))
    found = (dinputs, layer.dweights, layer.dbiases)
    assert {each.dtype for each in found} == {np.dtype(np.float32)}
    pool = MaxPool2D(2)
    assert pool.forward(outputs).dtype == np.float32
    assert pool.backward(np.ones((1, 2, 2, 2))).dtype == np.float32


def test_no_pictures_are_no_error():
    for layer in (Conv2D(1, 2, 3), MaxPool2D(2), ConvTranspose2D(1, 2, 3)):
        outputs = layer.forward(np.zeros((0, 6, 6, 1), np.float32))
        assert len(outputs) == 0
        assert layer.backward(outputs).shape == (0, 6, 6, 1)


def test_outputs_of_two_batches_are_apart():
    layer = Conv2D(1, 2, 3, rng=0)
    first = layer.forward(np.ones((1, 4, 4, 1)))
    kept = first.copy()
    layer.forward(np.zeros((1, 4, 4, 1)))
    assert np.array_equal(first, kept)


def model(dtype, seed=0):
    """Return a small network with all three layers, and inputs and labels for it."""
    rng = np.random.default_rng(seed)
    network = nn.Model(rng=rng)
    for layer in (
        Conv2D(1, 4, 3, stride=2, padding=1, rng=rng, dtype=dtype),
        nn.ReLU(),
        ConvTranspose2D(4, 3, 4, stride=2, padding=1, rng=rng, dtype=dtype),
        MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(48, 3, rng=rng, dtype=dtype),
        nn.Softmax(),
    ):
        network.add(layer)
    network.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam(0.01))
    network.set(accuracy=nn.CategoricalAccuracy())
    X = rng.standard_normal((30, 8, 8, 1)).astype(dtype)
    return network, X, rng.integers(0, 3, 30)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_model_trains_is_saved_and_goes_on_bit_for_bit(dtype, tmp_path):
    network, X, y = model(dtype)
    losses = network.train(X, y, epochs=20, batch_size=8, print_every=0).loss
    assert losses[-1] < 0.5 * losses[0]
    path = tmp_path / "model.npz"
    network.save(path, include_optimizer=True)
    with pytest.raises(ValueError, match="it names 'Conv2D', no known Layer"):
        nn.Model.load(path)
    again = nn.Model.load(path, layers=[Conv2D, ConvTranspose2D, MaxPool2D])
    assert np.array_equal(again.predict(X), network.predict(X))
    assert again.parameters.dtype == dtype
    twin = copy.deepcopy(network)
    for each in (network, again, twin):
        each.train(X, y, epochs=2, batch_size=8, print_every=0)
    assert network.parameters.tobytes() == again.parameters.tobytes()
    assert network.parameters.tobytes() == twin.parameters.tobytes()


def test_the_gradient_of_a_whole_model():
    network, X, y = model("float64")
    found = network.gradients(X, y)
    vector = network.parameters

    def loss():
        return network.evaluate(X, y).loss

    nn.check_gradient(loss, vector, found, tolerance=1e-5)


def test_a_first_layer_keeps_the_same_gradients():
    rng = np.random.default_rng(0)
    inputs, doutputs = (
        rng.standard_normal((3, 5, 5, 2)),
        rng.standard_normal((3, 3, 3, 4)),
    )
    layer = Conv2D(2, 4, 3, rng=0, dtype=float)
    layer.forward(inputs)
    layer.backward(doutputs)
    dweights, dbiases = layer.dweights, layer.dbiases
    assert layer.keep_gradients(doutputs) is None
    assert np.array_equal(layer.dweights, dweights)
    assert np.array_equal(layer.dbiases, dbiases)


# -- errors


def behind(layer, shape):
    layer.forward(np.zeros(shape))
    return layer


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (
            lambda: Conv2D(0, 1, 3),
            "Conv2D needs n_inputs as a whole number, 1 or more, got 0.",
        ),
        (
            lambda: Conv2D(1, 1, (3, 3)),
            "Conv2D needs kernel_size as a whole number, 1 or more, got (3, 3).",
        ),
        (
            lambda: ConvTranspose2D(1, 1, 3, padding=-1),
            "ConvTranspose2D needs padding as a whole number, 0 or more, got -1.",
        ),
        (
            lambda: MaxPool2D(2, True),
            "MaxPool2D needs stride as a whole number, 1 or more, got True.",
        ),
        (
            lambda: MaxPool2D(2.0),
            "MaxPool2D needs size as a whole number, 1 or more, got 2.0.",
        ),
        (
            lambda: Conv2D(1, 1, 3).forward(np.zeros((5, 28, 28))),
            "Conv2D expected inputs of shape (batch, height, width, 1), got (5, 28, 28): gray "
            "pictures are inputs[..., np.newaxis], one picture is inputs[np.newaxis].",
        ),
        (
            lambda: Conv2D(3, 1, 3).forward(np.zeros((5, 3, 28, 28))),
            "Conv2D expected inputs of shape (batch, height, width, 3), got (5, 3, 28, 28): "
            "channels come last, inputs.transpose(0, 2, 3, 1).",
        ),
        (
            lambda: Conv2D(3, 1, 3).forward(np.zeros((5, 28, 28, 1))),
            "Conv2D expected inputs of shape (batch, height, width, 3), got (5, 28, 28, 1): "
            "each pixel has 1 channels.",
        ),
        (
            lambda: MaxPool2D(2).forward(np.zeros((28, 28))),
            "MaxPool2D expected inputs of shape (batch, height, width, channels), got (28, 28): "
            "one picture is inputs[np.newaxis].",
        ),
        (
            lambda: MaxPool2D(2).forward([[[["a"]]]]),
            "MaxPool2D expected pictures of numbers, got <U1.",
        ),
        (
            lambda: Conv2D(1, 1, 5).forward(np.zeros((1, 4, 9, 1))),
            "Conv2D: a 5 x 5 window doesn't fit into 4 x 9 pixels; take a smaller one, or "
            "larger pictures.",
        ),
        (
            lambda: behind(Conv2D(1, 2, 3), (1, 4, 4, 1)).backward(
                np.zeros((1, 2, 2, 1))
            ),
            "Conv2D expected doutputs of the outputs' shape (1, 2, 2, 2), got (1, 2, 2, 1).",
        ),
    ],
)
def test_errors_teach(mistake, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        mistake()


@pytest.mark.parametrize(
    "layer", [Conv2D(1, 1, 2), ConvTranspose2D(1, 1, 2), MaxPool2D(2)]
)
def test_backward_before_forward(layer):
    name = type(layer).__name__
    words = rf"^{name}\.backward came before forward: run forward first\.$"
    with pytest.raises(RuntimeError, match=words):
        layer.backward(np.zeros((1, 1, 1, 1)))
