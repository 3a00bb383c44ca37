"""A setting of the playground as a program of its own, to copy and run."""

import re
from typing import Any

from bookkit.explore.recipe import Position
from bookkit.toys import TOYS
from bookkit.training import OPTIMIZERS

# A setting as a program. {{name}} stands for the value of an axis, or for what CODES makes of one.
CODE = '''\
"""A setting of the playground, as a program: {{data}}."""

import nnfs_lib as nn
import numpy as np

from bookkit.toys import toy_data

X, y, X_test, y_test = toy_data("{{data}}", noise={{noise}})
rng = np.random.default_rng(0)
sizes = [X.shape[1], *[{{width}}] * {{depth}}, {{outputs}}]

layers = []
for n_inputs, n_neurons in zip(sizes[:-1], sizes[1:]):
    if layers:
        layers.append(nn.{{activation}}())
{{dropping}}    dense = nn.Dense(n_inputs, n_neurons{{penalties_1}}{{penalties_2}})
    dense.weights[:] = nn.{{start}}(dense.weights.shape, rng, dense.weights.dtype)
    layers.append(dense)

loss = nn.{{loss}}()
{{accuracy}}optimizer = nn.{{optimizer}}


def forward(inputs, training=False):
    for layer in layers:
        layer.training = training
        inputs = layer.forward(inputs)
    return inputs


with np.errstate(all="ignore"):  # a network that diverges may overflow
    for epoch in range({{epoch}}):
        gradient = loss.backward(forward(X, training=True), y)
        for layer in reversed(layers):
            gradient = layer.backward(gradient)
        optimizer.step(nn.parameters_of(layers))

    for name, inputs, targets in (("training", X, y), ("test", X_test, y_test)):
        outputs = forward(inputs)
        print(f"{name}: loss {loss.calculate(outputs, targets):.3f}")
{{report}}'''


def by_data(regression: str, classes: str) -> dict[str, Any]:
    """Return what a placeholder stands for on each data set."""
    table = {name: regression if name == "sine" else classes for name in TOYS}
    return {"axis": "data", "table": table}


def unless_zero(axis: str, text: str) -> dict[str, Any]:
    """Return what a placeholder stands for where an axis is not at zero."""
    return {"axis": axis, "table": {"0": ""}, "other": text}


CODES: dict[str, dict[str, Any]] = {
    "outputs": {
        "axis": "data",
        "table": {name: {"spiral 3": "3", "sine": "1"}.get(name, "2") for name in TOYS},
    },
    "start": {
        "axis": "activation",
        "table": {"ReLU": "he_normal", "Sigmoid": "glorot_uniform"},
    },
    "loss": by_data("MeanSquaredError", "SoftmaxCategoricalCrossentropy"),
    "accuracy": by_data("", "accuracy = nn.CategoricalAccuracy()\n"),
    "report": by_data(
        "",
        '        print(f"{name}: accuracy {accuracy.calculate(outputs, targets):.1%}")\n',
    ),
    "dropping": unless_zero(
        "dropout", "        layers.append(nn.Dropout({{dropout}}, rng=rng))\n"
    ),
    "penalties_1": unless_zero("l1", ", weight_l1={{l1}}"),
    "penalties_2": unless_zero("l2", ", weight_l2={{l2}}"),
    "optimizer": {
        "axis": "optimizer",
        "table": {
            **{
                name: f"{name}(learning_rate={{{{learning_rate}}}})"
                for name in OPTIMIZERS
            },
            "SGD with momentum": "SGD(learning_rate={{learning_rate}}, momentum=0.9)",
        },
    },
}


def code_of(position: Position) -> str:
    """Return the position as a program: what the button on the page copies."""
    parts = {
        name: value if isinstance(value, str) else f"{value:g}"
        for name, value in position.items()
    }
    for name, how in CODES.items():
        parts[name] = how["table"].get(parts[how["axis"]], how.get("other"))
    text = CODE
    for _ in range(2):  # a part may hold a placeholder itself
        text = re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], text)
    return text
