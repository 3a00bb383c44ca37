"""Lab *Convolution*: outputs of its layers beside loops, and their gradients beside differences."""

import math
from typing import Any

import numpy as np

from bookkit.equations import oracles
from bookkit.equations.measures import Library, Measure, Rng, difference, draw


def _sizes(rng: Rng) -> tuple[dict[str, int], list[int]]:
    """Return what a layer is made with, and the sides of pictures that its windows fit into."""
    names = ("n_inputs", "n_outputs", "kernel_size", "stride")
    settings = dict(zip(names, rng.integers(1, [3, 4, 4, 4]).tolist(), strict=True))
    settings["padding"] = int(rng.integers(2))
    return settings, (settings["kernel_size"] + rng.integers(3, size=2)).tolist()


def _with_parameters(layer: Any, rng: Rng) -> Any:
    layer.weights[:] = draw(rng, *layer.weights.shape)
    layer.biases[:] = draw(rng, *layer.biases.shape)
    return layer


def convolution(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a convolution with random parameters, and pictures for it."""
    settings, sides = _sizes(rng)
    layer = library.convolution.Conv2D(**settings, dtype=np.float64)
    pictures = draw(rng, int(rng.integers(1, 3)), *sides, settings["n_inputs"])
    return _with_parameters(layer, rng), pictures


def transposed(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a transposed convolution with random parameters, and inputs for it."""
    settings, sides = _sizes(rng)
    if settings["kernel_size"] == 1:
        settings["padding"] = 0  # or nothing would be left
    layer = library.convolution.ConvTranspose2D(**settings, dtype=np.float64)
    inputs = draw(rng, int(rng.integers(1, 3)), *sides, settings["n_inputs"])
    return _with_parameters(layer, rng), inputs


def pool(library: Library, rng: Rng) -> tuple[Any, np.ndarray]:
    """Return a pool, and pictures whose numbers are all a fiftieth apart."""
    size, stride = rng.integers(1, 4, 2).tolist()
    shape = (2, *(size + rng.integers(3, size=2)).tolist(), 2)
    numbers = rng.permutation(math.prod(shape)).reshape(shape) / 50
    return library.convolution.MaxPool2D(size, stride), numbers


def convolution_outputs(library: Library, rng: Rng) -> float:
    """Compare a convolution's outputs with loops."""
    layer, pictures = convolution(library, rng)
    parts = pictures.tolist(), layer.weights.tolist(), layer.biases[0].tolist()
    expected = oracles.convolution(*parts, layer.stride, layer.padding)
    return difference(layer.forward(pictures), expected)


def transposed_outputs(library: Library, rng: Rng) -> float:
    """Compare a transposed convolution's outputs with loops over what each input paints."""
    layer, inputs = transposed(library, rng)
    parts = inputs.tolist(), layer.weights.tolist(), layer.biases[0].tolist()
    expected = oracles.painted(*parts, layer.stride, layer.padding)
    return difference(layer.forward(inputs), expected)


def pool_outputs(library: Library, rng: Rng) -> float:
    """Compare a pool's outputs with the largest number of each window."""
    layer, pictures = pool(library, rng)
    expected = oracles.largest(pictures.tolist(), layer.size, layer.stride)
    return difference(layer.forward(pictures), expected)


MAKES = {"Conv2D": convolution, "ConvTranspose2D": transposed, "MaxPool2D": pool}
OUTPUTS: dict[str, Measure] = {
    "Conv2D": convolution_outputs,
    "ConvTranspose2D": transposed_outputs,
    "MaxPool2D": pool_outputs,
}
PARTS = {
    "Conv2D": ("inputs", "weights", "biases"),
    "ConvTranspose2D": ("inputs", "weights", "biases"),
    "MaxPool2D": ("inputs",),
}
