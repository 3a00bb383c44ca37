"""Wrong answers to the exercises of lab *What lets deep networks learn*, each with the hint that it gets."""

import numpy as np

import nnfs_lib as nn


def fold(
    *,
    weights=lambda W, factor, norm: W * factor,
    biases=lambda b, factor, norm: (b - norm.running_mean) * factor + norm.shift,
    factor=lambda norm: norm.scale / np.sqrt(norm.running_variance + norm.epsilon),
):
    """Return exercise 1's function, with what a reader may get wrong."""

    def folded(W, b, norm):
        f = factor(norm)
        return weights(W, f, norm), biases(b, f, norm)

    return folded


def fold_in_place(W, b, norm):
    W *= norm.scale / np.sqrt(norm.running_variance + norm.epsilon)
    return W, b


class LayerNorm(nn.Layer):
    """Exercise 2's layer, right; the wrong ones change a part."""

    parameter_names = ("scale", "shift")
    axis, ddof, mean, stretch, over = 1, 0, True, True, 1
    learned, root, batch_slopes = True, True, False

    def __init__(self, features, epsilon=1e-5):
        self.scale, self.shift = np.ones((1, features)), np.zeros((1, features))
        self.epsilon = epsilon

    def forward(self, inputs):
        inputs = np.asarray(inputs)
        centered = inputs - inputs.mean(axis=self.axis, keepdims=True)
        variance = inputs.var(axis=self.axis, keepdims=True, ddof=self.ddof)
        power = 0.5 if self.root else 1
        self.inverse = (variance + self.epsilon) ** -power
        self.normalized = centered * self.inverse
        if not self.learned:
            return self.normalized
        return self.scale * self.normalized + self.shift

    def parameters(self, doutputs):
        self.dshift = doutputs.sum(axis=0, keepdims=True)
        self.dscale = (doutputs * self.normalized).sum(axis=0, keepdims=True)

    def slopes(self, doutputs):
        return doutputs * self.scale

    def backward(self, doutputs):
        self.parameters(doutputs)
        slopes = self.slopes(doutputs)
        along = (slopes * self.normalized).mean(axis=self.over, keepdims=True)
        pulled = self.mean * slopes.mean(axis=self.over, keepdims=True)
        return self.inverse * (slopes - pulled - self.stretch * self.normalized * along)


def layer_norm(**parts):
    """Return the class with some of its parts replaced."""
    return type("Wrong", (LayerNorm,), parts)


def flat_gradients(self, doutputs):
    self.dshift = doutputs.sum(axis=0)
    self.dscale = (doutputs * self.normalized).sum(axis=0)


def mean_gradients(self, doutputs):
    self.dshift = doutputs.mean(axis=0, keepdims=True)
    self.dscale = (doutputs * self.normalized).mean(axis=0, keepdims=True)


def wrong_scale(self, doutputs):
    LayerNorm.parameters(self, doutputs)
    self.dscale = (doutputs * self.scale * self.normalized).sum(axis=0, keepdims=True)


def none_of_them(self, doutputs):
    pass


def changes_the_inputs(self, inputs):
    outputs = LayerNorm.forward(self, inputs)
    inputs -= inputs.mean(axis=1, keepdims=True)
    return outputs


def scaled_at_the_end(self, doutputs):
    self.parameters(doutputs)
    along = (doutputs * self.normalized).mean(axis=1, keepdims=True)
    pulled = doutputs.mean(axis=1, keepdims=True) + self.normalized * along
    return self.scale * self.inverse * (doutputs - pulled)


def only_in_training(self, inputs):
    if self.training:
        return np.asarray(inputs)
    return LayerNorm.forward(self, inputs)


def the_whole_batch(self, inputs):
    normalized = (inputs - inputs.mean()) / np.sqrt(inputs.var() + 1e-5)
    return self.scale * normalized + self.shift


def only_centered(self, inputs):
    return self.scale * (inputs - inputs.mean(axis=1, keepdims=True)) + self.shift


def shortcut(
    *,
    forward=lambda layer, inputs: inputs + nn.Dense.forward(layer, inputs),
    backward=lambda layer, doutputs: doutputs + nn.Dense.backward(layer, doutputs),
):
    """Return exercise 3's class, with what a reader may get wrong."""
    return type("Wrong", (nn.Dense,), {"forward": forward, "backward": backward})


def adds_in_place(layer, inputs):
    inputs += nn.Dense.forward(layer, inputs)
    return inputs


def adds_to_the_slope(layer, doutputs):
    doutputs += nn.Dense.backward(layer, doutputs)
    return doutputs


def by_itself(layer, doutputs):
    return doutputs + doutputs @ layer.weights.T


def halves(layer, doutputs):
    through = nn.Dense.backward(layer, doutputs)
    layer.dweights = layer.dweights / 2
    return doutputs + through


def no_bias_slope(layer, doutputs):
    through = nn.Dense.backward(layer, doutputs)
    layer.dbiases = layer.dbiases + 1
    return doutputs + through


WRONG_ANSWERS = [
    ("deep.1", lambda W, b, norm: W, "Return two arrays"),
    ("deep.1", fold_in_place, "make new arrays"),
    ("deep.1", fold(weights=lambda W, f, norm: W), "The weights are as they were"),
    ("deep.1", fold(weights=lambda W, f, norm: W.T), "is needed"),
    (
        "deep.1",
        fold(factor=lambda norm: 1 / np.sqrt(norm.running_variance + norm.epsilon)),
        "lack norm.scale",
    ),
    ("deep.1", fold(factor=lambda norm: norm.scale), "lack the division"),
    (
        "deep.1",
        fold(factor=lambda norm: norm.scale / np.sqrt(norm.running_variance)),
        "norm.epsilon is missing",
    ),
    (
        "deep.1",
        fold(
            factor=lambda norm: norm.scale / (norm.running_variance**0.5 + norm.epsilon)
        ),
        "belongs under the root",
    ),
    (
        "deep.1",
        fold(factor=lambda norm: norm.scale / (norm.running_variance + norm.epsilon)),
        "the root of the variance",
    ),
    ("deep.1", fold(weights=lambda W, f, norm: W * f[0, 0]), "by its own factor"),
    ("deep.1", fold(biases=lambda b, f, norm: b), "The biases are as they were"),
    (
        "deep.1",
        fold(biases=lambda b, f, norm: (b - norm.running_mean) * f),
        "lack norm.shift",
    ),
    (
        "deep.1",
        fold(biases=lambda b, f, norm: b * f + norm.shift),
        "lack the running mean",
    ),
    (
        "deep.1",
        fold(biases=lambda b, f, norm: (b + norm.running_mean) * f + norm.shift),
        "subtracted, not added",
    ),
    (
        "deep.1",
        fold(biases=lambda b, f, norm: b - norm.running_mean * f + norm.shift),
        "The old biases are scaled, too",
    ),
    (
        "deep.1",
        fold(biases=lambda b, f, norm: (b - norm.running_mean + norm.shift) * f),
        "Put x = 0 into both",
    ),
    ("deep.2", lambda features: object(), "Inherit from nn.Layer"),
    ("deep.2", layer_norm(parameter_names=("scale",)), "Leave parameter_names"),
    ("deep.2", layer_norm(axis=0), "That is batch normalization"),
    ("deep.2", layer_norm(learned=False), "scale and shift are missing"),
    ("deep.2", layer_norm(ddof=1), "by the number of features"),
    ("deep.2", layer_norm(forward=only_centered), "The division by the deviation"),
    ("deep.2", layer_norm(forward=the_whole_batch), "a mean of its own"),
    ("deep.2", layer_norm(root=False), "Divide by the root"),
    (
        "deep.2",
        layer_norm(forward=lambda self, inputs: 2 * inputs),
        "Subtract each row",
    ),
    ("deep.2", layer_norm(forward=only_in_training), "leave training out"),
    ("deep.2", layer_norm(forward=changes_the_inputs), "make new arrays"),
    ("deep.2", layer_norm(parameters=none_of_them), "Keep the gradient of shift"),
    ("deep.2", layer_norm(parameters=flat_gradients), "dshift has shape (4,)"),
    ("deep.2", layer_norm(parameters=mean_gradients), "is a sum over the batch"),
    (
        "deep.2",
        layer_norm(parameters=wrong_scale),
        "dscale is not what differences say",
    ),
    ("deep.2", layer_norm(mean=False, stretch=False), "two ways are missing"),
    ("deep.2", layer_norm(stretch=False), "through the variance is missing"),
    ("deep.2", layer_norm(mean=False), "through the mean is missing"),
    ("deep.2", layer_norm(backward=scaled_at_the_end), "scale differs along a row"),
    ("deep.2", layer_norm(slopes=lambda self, d: d), "scale is missing"),
    ("deep.2", layer_norm(over=0), "along the row, too"),
    ("deep.2", layer_norm(slopes=lambda self, d: 2 * d), "go through the table"),
    ("deep.3", lambda *sizes, **options: object(), "Inherit from nn.Dense"),
    ("deep.3", shortcut(forward=nn.Dense.forward), "The shortcut is missing"),
    (
        "deep.3",
        shortcut(forward=lambda layer, X: X * nn.Dense.forward(layer, X)),
        "added, not multiplied",
    ),
    ("deep.3", shortcut(forward=lambda layer, X: X), "forward should return"),
    ("deep.3", shortcut(forward=adds_in_place), "forward changed its inputs"),
    ("deep.3", shortcut(backward=adds_to_the_slope), "backward changed doutputs"),
    ("deep.3", shortcut(backward=nn.Dense.backward), "by the shortcut, too"),
    ("deep.3", shortcut(backward=lambda layer, d: d), "through the weights, too"),
    (
        "deep.3",
        shortcut(backward=lambda layer, d: layer.inputs + nn.Dense.backward(layer, d)),
        "the inputs went forward",
    ),
    ("deep.3", shortcut(backward=lambda layer, d: 2 * d), "their slopes add up"),
    ("deep.3", shortcut(backward=by_itself), "dweights is missing"),
    ("deep.3", shortcut(backward=halves), "should be inputs.T @ doutputs"),
    ("deep.3", shortcut(backward=no_bias_slope), "dbiases should be"),
]
