"""Checkers for the exercises of lab *What lets deep networks learn*."""

import numpy as np

import nnfs_lib as nn
from bookkit.checks import Exercise, expect_array, fail
from nnfs_lib.labs.deep import BatchNorm


def random_norm(features, rng):
    """Return a BatchNorm that has been trained, as far as its numbers go; in float64."""
    norm = BatchNorm(features, epsilon=0.1, dtype=np.float64)
    for name in (*norm.parameter_names, *norm.state):
        getattr(norm, name)[:] = rng.uniform(0.5, 2, (1, features))
    return norm


def fold(answer):
    """Judge weights and biases that do what a dense layer and its normalization did."""
    rng = np.random.default_rng(0)
    for n_inputs in (4, 3):
        dense = nn.Dense(n_inputs, 3, rng=rng, dtype=np.float64)
        dense.biases[:] = rng.standard_normal((1, 3))
        norm, given = random_norm(3, rng), (dense.weights, dense.biases)
        arrays = [*given, *(getattr(norm, name) for name in (*norm.state, "scale"))]
        before = [array.copy() for array in arrays]
        found = answer(*given, norm)
        if not isinstance(found, tuple | list) or len(found) != 2:
            fail("Return two arrays: the new weights, and the new biases.")
        weights = expect_array(found[0], (n_inputs, 3), "The array of weights")
        biases = expect_array(found[1], (1, 3), "The array of biases")
        for array, old in zip(arrays, before, strict=True):
            if not np.array_equal(array, old):
                fail("Something that was handed in was changed: make new arrays.")
        judge_folded(given, norm, weights, biases)
    return "One layer less for every prediction, and the same answers."


def judge_folded(given, norm, weights, biases):
    """Hint at what is wrong with folded weights or biases."""
    old_weights, old_biases = given
    inverse = 1 / np.sqrt(norm.running_variance + norm.epsilon)
    factor = norm.scale * inverse
    expected = factor * (old_biases - norm.running_mean) + norm.shift
    if not np.allclose(weights, old_weights * factor):
        if np.allclose(weights, old_weights):
            fail("The weights are as they were: each column is scaled with its neuron.")
        if np.allclose(weights, old_weights * inverse):
            fail("The weights lack norm.scale: it multiplies what is normalized.")
        if np.allclose(weights, old_weights * norm.scale):
            fail("The weights lack the division by the deviation.")
        root = np.sqrt(norm.running_variance)
        if np.allclose(weights, old_weights * norm.scale / root):
            fail(
                "norm.epsilon is missing: it is added to the variance, under the root."
            )
        if np.allclose(weights, old_weights * norm.scale / (root + norm.epsilon)):
            fail("norm.epsilon belongs under the root, beside the variance.")
        variance = norm.running_variance + norm.epsilon
        if np.allclose(weights, old_weights * norm.scale / variance):
            fail("Divide by the deviation, the root of the variance with its epsilon.")
        fail("Each column of the weights is one neuron's: scale it by its own factor.")
    if np.allclose(biases, expected):
        return
    if np.allclose(biases, old_biases):
        fail("The biases are as they were: they go through the normalization, too.")
    if np.allclose(biases, expected - norm.shift):
        fail("The biases lack norm.shift, which is added at the end.")
    if np.allclose(biases, factor * old_biases + norm.shift):
        fail("The biases lack the running mean: it is subtracted before the scaling.")
    if np.allclose(biases, factor * (old_biases + norm.running_mean) + norm.shift):
        fail("The running mean is subtracted, not added.")
    if np.allclose(biases, old_biases - factor * norm.running_mean + norm.shift):
        fail("The old biases are scaled, too: they come before the normalization.")
    fail("Put x = 0 into both layers: what comes out is the new bias.")


def layer_norm(answer):
    """Judge a layer that normalizes each sample by itself, and its gradients."""
    rng = np.random.default_rng(1)
    layer = answer(4)
    if not isinstance(layer, nn.Layer):
        fail("Inherit from nn.Layer, so that a model takes it.")
    if tuple(layer.parameter_names) != ("scale", "shift"):
        fail('Leave parameter_names as ("scale", "shift").')
    for name in layer.parameter_names:
        setattr(layer, name, rng.uniform(0.5, 2, (1, 4)))
    X, doutputs = 3 * rng.standard_normal((5, 4)) + 1, rng.standard_normal((5, 4))
    kept = X.copy(), doutputs.copy()
    outputs = expect_array(layer.forward(X), X.shape, "What forward returns")
    judge_normalized(layer, X, outputs)
    layer.training = True
    if not np.allclose(layer.forward(X), outputs):
        fail("A sample is normalized by itself in both modes: leave training out.")
    dinputs = expect_array(layer.backward(doutputs), X.shape, "What backward returns")
    if not (np.array_equal(X, kept[0]) and np.array_equal(doutputs, kept[1])):
        fail("Something that was handed in was changed: make new arrays.")
    judge_slopes(layer, X, doutputs, dinputs)
    return "No running means, no second mode, and a batch of one is welcome."


def normal_rows(X, epsilon=1e-5, axis=1, ddof=0):
    """Return X normalized along an axis."""
    variance = X.var(axis=axis, keepdims=True, ddof=ddof)
    return (X - X.mean(axis=axis, keepdims=True)) / np.sqrt(variance + epsilon)


def judge_normalized(layer, X, outputs):
    """Hint at what is wrong with the outputs."""
    normalized = (outputs - layer.shift) / layer.scale
    if np.allclose(normalized, normal_rows(X)):
        return
    if np.allclose(normalized, normal_rows(X, axis=0)):
        fail("That is batch normalization: take each row's own mean, along axis 1.")
    if np.allclose(outputs, normal_rows(X)):
        fail("scale and shift are missing: scale * normalized + shift.")
    if np.allclose(normalized, normal_rows(X, ddof=1)):
        fail(
            "Divide the sum of the squares by the number of features, not by one less."
        )
    if np.allclose(normalized, X - X.mean(axis=1, keepdims=True)):
        fail("The division by the deviation is missing.")
    whole = (X - X.mean()) / np.sqrt(X.var() + 1e-5)
    if np.allclose(normalized, whole):
        fail("Each row has a mean of its own: axis=1, keepdims=True.")
    variance = X.var(axis=1, keepdims=True) + 1e-5
    if np.allclose(normalized, (X - X.mean(axis=1, keepdims=True)) / variance):
        fail("Divide by the root of the variance.")
    fail("Subtract each row's mean, divide by its deviation, then scale and shift.")


def judge_slopes(layer, X, doutputs, dinputs):
    """Hint at what is wrong with the gradients."""
    normalized = normal_rows(X)
    expected = {
        "shift": doutputs.sum(axis=0, keepdims=True),
        "scale": (doutputs * normalized).sum(axis=0, keepdims=True),
    }
    for name, right in expected.items():
        found = getattr(layer, f"d{name}", None)
        if found is None:
            fail(f"Keep the gradient of {name} as self.d{name} in backward.")
        found = expect_array(found, (1, 4), f"d{name}")
        if np.allclose(found, right / len(X)):
            fail(f"d{name} is a sum over the batch: the loss divided by it already.")
        if not np.allclose(found, right):
            fail(f"d{name} is not what differences say: sum over the samples, axis 0.")
    inverse = 1 / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)

    def back(slopes, mean=True, stretch=True, axis=1):
        along = (slopes * normalized).mean(axis=axis, keepdims=True)
        pulled = mean * slopes.mean(axis=axis, keepdims=True)
        return inverse * (slopes - pulled - stretch * normalized * along)

    slopes = layer.scale * doutputs
    if np.allclose(dinputs, back(slopes)):
        return
    if np.allclose(dinputs, back(slopes, mean=False, stretch=False)):
        fail("The row's mean and deviation depend on the inputs: two ways are missing.")
    if np.allclose(dinputs, back(slopes, stretch=False)):
        fail("The way through the variance is missing.")
    if np.allclose(dinputs, back(slopes, mean=False)):
        fail("The way through the mean is missing.")
    if np.allclose(dinputs, layer.scale * back(doutputs)):
        fail("scale differs along a row: multiply by it first, then take the means.")
    if np.allclose(dinputs, back(doutputs)):
        fail("scale is missing: what comes back to the normalized is scale * doutputs.")
    if np.allclose(dinputs, back(slopes, axis=0)):
        fail("Means of the slopes are taken along the row, too: axis=1.")
    fail("dinputs is not what differences say: go through the table with axis=1.")


def shortcut(answer):
    """Judge a dense layer whose inputs are added to its outputs."""
    rng = np.random.default_rng(2)
    layer = answer(3, 3, rng=0, dtype=np.float64)
    if not isinstance(layer, nn.Dense):
        fail("Inherit from nn.Dense, and call its forward and backward by super().")
    layer.biases[:] = rng.standard_normal((1, 3))
    X, doutputs = rng.standard_normal((2, 5, 3))
    kept = X.copy(), doutputs.copy()
    outputs = expect_array(layer.forward(X), X.shape, "What forward returns")
    if not np.array_equal(X, kept[0]):
        fail("forward changed its inputs: make a new array, inputs + ...")
    inner = X @ layer.weights + layer.biases
    if np.allclose(outputs, inner):
        fail("The shortcut is missing: add the inputs to what the dense layer returns.")
    if np.allclose(outputs, X * inner):
        fail("The inputs are added, not multiplied.")
    if not np.allclose(outputs, X + inner):
        fail("forward should return inputs + inputs @ weights + biases.")
    dinputs = expect_array(layer.backward(doutputs), X.shape, "What backward returns")
    if not np.array_equal(doutputs, kept[1]):
        fail("backward changed doutputs: make a new array.")
    through = doutputs @ layer.weights.T
    if np.allclose(dinputs, through):
        fail("The slope comes back by the shortcut, too: add doutputs.")
    if np.allclose(dinputs, doutputs):
        fail("The slope comes back through the weights, too: add super().backward.")
    if np.allclose(dinputs, through + X):
        fail("What goes back by the shortcut is doutputs; the inputs went forward.")
    if not np.allclose(dinputs, through + doutputs):
        fail("Two ways lead back, and their slopes add up.")
    if not hasattr(layer, "dweights"):
        fail("dweights is missing: let super().backward do its work.")
    if not np.allclose(layer.dweights, X.T @ doutputs):
        fail("dweights should be inputs.T @ doutputs: the shortcut has no weights.")
    if not np.allclose(layer.dbiases, doutputs.sum(axis=0)):
        fail("dbiases should be the sum of doutputs: the shortcut has no bias.")
    return "In twenty such layers a slope is multiplied by 1 and something, each time."


EXERCISES = (
    Exercise("deep.1", "fold a normalization", fold),
    Exercise("deep.2", "layer normalization", layer_norm),
    Exercise("deep.3", "a shortcut", shortcut),
)
