"""Network, built in chapter 10.

Generated from the chapters: edit them, not this file.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from nnfs_lib.layers import Layer
from nnfs_lib.losses import Loss
from nnfs_lib.metrics import Accuracy, CategoricalAccuracy
from nnfs_lib.optimizers import Optimizer
from nnfs_lib.wiring import (
    _check_ending,
    _check_fit,
    _check_kind,
    _describe,
    _fused_for,
    _in_two_halves,
    _lay_out,
    _Place,
)


class _Network:
    """Layers, and what they are trained with: a `Model` without its training.

    All parameters lie in one vector, of which the layers' arrays are views.

    Built in chapter 10.
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        """Begin with these layers, or with none."""
        self.layers: list[Layer] = []
        self.loss: Any = None  # a Loss, an Optimizer and an Accuracy, once they are set
        self.optimizer: Any = None
        self.accuracy: Any = None
        self.layers_in_use: list[Layer] = []  # by a step, and the loss: see finalize
        self.loss_in_use: Any = None
        self._finalized_for: list[Any] = []
        self._parameters = np.empty(0)  # and gradients, once somebody asks for them
        self._gradients = np.empty(0)
        self._places: list[_Place] = []
        for layer in layers:
            self.add(layer)

    def add(self, layer: Layer) -> None:
        """Put a layer behind those that are there."""
        _check_kind(layer, Layer, owner="Model.add")
        if any(layer is each for each in self.layers):
            advice = "make a second one"
            raise ValueError(f"Model has this {_describe(layer)} already: {advice}.")
        self.layers.append(layer)

    def set(
        self,
        *,
        loss: Loss | None = None,
        optimizer: Optimizer | None = None,
        accuracy: Accuracy | None = None,
    ) -> None:
        """Say what to make small, by which steps, and what to count; None stays."""
        kinds = {Loss: loss, Optimizer: optimizer, Accuracy: accuracy}
        for kind, given in kinds.items():
            if given is not None:
                _check_kind(given, kind, owner="Model.set")
        self.loss = self.loss if loss is None else loss
        self.optimizer = self.optimizer if optimizer is None else optimizer
        self.accuracy = self.accuracy if accuracy is None else accuracy

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return what the last layer returns for a batch of inputs."""
        outputs = X
        for layer in self.layers:
            outputs = layer.forward(outputs)
        return outputs

    def regularization_loss(self) -> float:
        """Return what the parameters themselves add to the loss."""
        return sum(layer.regularization_loss() for layer in self.layers)

    def __repr__(self) -> str:
        """Say which layers it has, and with what it is trained."""
        tools = (self.loss, self.optimizer, self.accuracy)
        names = [_describe(layer) for layer in self.layers]
        names += [type(tool).__name__ for tool in tools if tool]
        return f"Model({', '.join(names)})"

    def __copy__(self) -> "_Network":
        """Refuse: two models can't have the same layers."""
        raise TypeError("Two models can't share layers: use copy.deepcopy(model).")

    @property
    def parameters(self) -> np.ndarray:
        """All weights and biases as one vector, of which the layers' arrays are views."""
        owners = [(layer, name) for layer in self.layers for name in layer.parameter_names]
        if owners != [place[:2] for place in self._places] or any(
            getattr(layer, name).base is not self._parameters for layer, name in owners
        ):
            old = self._parameters
            self._parameters, self._gradients, self._places = _lay_out(self.layers)
            moved = self.optimizer.arrays if self.optimizer else []
            if moved and moved[0] is old and old.size == self._parameters.size:
                moved[0] = self._parameters
        return self._parameters

    @parameters.setter
    def parameters(self, value: object) -> None:
        if value is not self._parameters:
            held = "Model.parameters is the vector whose parts the layers use"
            raise AttributeError(f"{held}: write model.parameters[...] = new.")

    def finalize(self) -> None:
        """Check that all fit, and find the fused loss.

        Raises RuntimeError where there is nothing to train, and a ValueError that names
        two layers that don't fit. To call it again is harmless.
        """
        if not any(layer.parameter_names for layer in self.layers):
            advice = "add layers, at least one Dense"
            raise RuntimeError(f"Model has nothing to train: {advice}.")
        outputs = _check_fit(self.layers)
        last = self.layers[-1]
        # What a step runs: all layers and the loss, or all but the last and the fused.
        self.layers_in_use, self.loss_in_use = [*self.layers], self.loss
        if self.loss:
            _check_ending(last, self.loss, outputs)
            if fused := _fused_for(last, self.loss):
                self.layers_in_use, self.loss_in_use = self.layers[:-1], fused
        self._finalized_for = [*self.layers, self.loss]

    def summary(self) -> None:
        """Print every layer with the number of its parameters, and what it trains with."""
        total = 0
        for place, layer in enumerate(self.layers):
            count = sum(getattr(layer, name).size for name in layer.parameter_names)
            total += count
            print(f"{place:3d}  {_describe(layer):24s} {count:12,d}")
        print(f"     {'all parameters':24s} {total:12,d}")
        for tool in ("loss", "optimizer", "accuracy"):
            kind = type(getattr(self, tool)).__name__
            print(f"     {tool:24s} {'-' if kind == 'NoneType' else kind}")

    def _backpropagate(
        self, X: np.ndarray, y: np.ndarray
    ) -> tuple[float, np.ndarray]:
        """Fill the gradients; return the data loss of a batch, and its outputs."""
        self.parameters  # asking for them lays them out in one vector
        outputs = X
        for layer in self.layers_in_use:
            outputs = layer.forward(outputs)
        value, gradient = self.loss_in_use.value_and_gradient(outputs, y)
        first: Any = next(layer for layer in self.layers if layer.parameter_names)
        for layer in reversed(self.layers_in_use):
            if layer is first:
                break
            gradient = layer.backward(gradient)
        if _in_two_halves(first):
            first.keep_gradients(gradient)
        else:
            first.backward(gradient)
        for layer, name, _, slopes in self._places:
            found: Any = getattr(layer, f"d{name}", None)
            if found is not slopes:  # by a layer that makes new arrays
                if np.shape(found) != slopes.shape:
                    needs = f"has to keep d{name} of shape {slopes.shape}"
                    raise ValueError(f"{_describe(layer)} {needs}, got {found!r}.")
                slopes[...] = found
        return value, outputs

    def step(self, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """Take a step on one batch; return its data loss and outputs from before it.

        The outputs are logits where the fused loss stands for the last layer.
        """
        self._check_tools("loss", "optimizer")
        value, outputs = self._backpropagate(X, y)
        self.optimizer.step([(self._parameters, self._gradients)])
        return value, outputs

    def gradients(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss, penalties included, and move nothing.

        It is a vector, in the order of `parameters`. Layers are in the mode they are in:
        dropout drops only while `train` runs.
        """
        self._check_tools("loss")
        self._backpropagate(X, y)
        return self._gradients.copy()

    def _check_tools(self, *names: str) -> None:
        """Finalize if need be; RuntimeError where what a step needs is not there yet."""
        missing = [f"{name}=..." for name in names if getattr(self, name) is None]
        if missing:
            advice = f"call set({', '.join(missing)}) first"
            raise RuntimeError(f"Model is not ready: {advice}.")
        if self._finalized_for != [*self.layers, self.loss]:
            self.finalize()

    def _answers(self, outputs: np.ndarray) -> np.ndarray:
        """Return what the accuracy needs to see, given what a step returned."""
        if len(self.layers_in_use) == len(self.layers):
            return outputs
        # The highest logit is the highest probability: no need for the softmax.
        if type(self.accuracy).compare is CategoricalAccuracy.compare:
            return outputs
        return self.layers[-1].forward(outputs)
