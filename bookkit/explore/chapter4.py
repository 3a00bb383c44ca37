"""Chapter 4's explorer: a small network, forward and backward, one number after the other."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import Glance
from bookkit.explore.recipe import EXACT, Axis, Frame, Recipe
from bookkit.explore.shared import steps
from bookkit.explore.walk import (
    BACKWARD,
    FORWARD,
    NAMES,
    NODES,
    PARAMETERS,
    Numbers,
    Step,
    lights,
    name_of,
    shown,
)

SECOND = -0.5  # the other input
HIDDEN = np.array([[0.8, 0.4], [0.6, -0.8]])
HIDDEN_BIASES = np.array([[0.08, 0.2]])  # so that no sum is zero
OUTPUT = np.array([[0.9, -0.5], [-0.3, 0.7]])
OUTPUT_BIASES = np.array([[0.1, -0.1]])
LEARNING_RATE = 0.1


class Network:
    """A 2-2-2 network in float64, with softmax and categorical cross-entropy."""

    def __init__(self, weight: float) -> None:
        self.hidden = nn.Dense(2, 2, dtype=np.float64)
        self.output = nn.Dense(2, 2, dtype=np.float64)
        self.relu, self.softmax = nn.ReLU(), nn.Softmax()
        self.loss = nn.CategoricalCrossentropy()
        self.hidden.weights[:], self.hidden.biases[:] = HIDDEN, HIDDEN_BIASES
        self.output.weights[:], self.output.biases[:] = OUTPUT, OUTPUT_BIASES
        self.hidden.weights[0, 0] = weight

    def forward(self, inputs: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
        """Return every array on the way: inputs, sums, outputs, logits, probabilities, loss."""
        sums = self.hidden.forward(inputs)
        outputs = self.relu.forward(sums)
        logits = self.output.forward(outputs)
        probabilities = self.softmax.forward(logits)
        loss = self.loss.forward(probabilities, target)
        return [inputs, sums, outputs, logits, probabilities, loss]

    def backward(
        self, probabilities: np.ndarray, target: np.ndarray
    ) -> list[np.ndarray]:
        """Return the gradient with respect to each of the arrays that `forward` returned."""
        dprobabilities = self.loss.backward(probabilities, target)
        dlogits = self.softmax.backward(dprobabilities)
        doutputs = self.output.backward(dlogits)
        dsums = self.relu.backward(doutputs)
        dinputs = self.hidden.backward(dsums)
        return [dinputs, dsums, doutputs, dlogits, dprobabilities, np.ones(1)]


def all_numbers(network: Network, value: float, target: int) -> dict[str, float]:
    """Return every number of the network by its name, gradients with a d before it."""
    targets = np.array([target])
    nodes = network.forward(np.array([[value, SECOND]]), targets)
    gradients = network.backward(nodes[-2], targets)
    layers = (network.hidden, network.output)
    parameters = [array for each in layers for array in (each.weights, each.biases)]
    moves = [array for each in layers for array in (each.dweights, each.dbiases)]
    values = np.concatenate([array.ravel() for array in (*nodes, *parameters)])
    slopes = np.concatenate([array.ravel() for array in (*gradients, *moves)])
    return {
        **dict(zip(NAMES, values.tolist(), strict=True)),
        **{f"d{name}": slope for name, slope in zip(NAMES, slopes, strict=True)},
    }


def learning_words(numbers: Numbers, target: int) -> str:
    """Say what a small step against every parameter's gradient does to the loss."""
    network = Network(numbers["w00"])
    all_numbers(network, numbers["x0"], target)
    for layer in (network.hidden, network.output):
        layer.weights -= LEARNING_RATE * layer.dweights
        layer.biases -= LEARNING_RATE * layer.dbiases
    inputs = np.array([[numbers["x0"], SECOND]])
    after = network.forward(inputs, np.array([target]))[-1].item()
    verb = "falls" if after < numbers["L"] else "does not fall"
    words = (
        f"Learning: every weight and bias minus {LEARNING_RATE:g} times its gradient, and the loss {verb}, "
        f"from {shown(numbers['L'])} to {shown(after)}."
    )
    if not numbers["a0"]:
        words += f" No weight into or out of {name_of('a0')} moves, nor its bias: its ReLU was closed."
    return words


WALK = (
    *FORWARD,
    *BACKWARD,
    Step((), tuple(f"d{name}" for name in PARAMETERS), learning_words),
)


def backpropagation_frame(step: int, weight: float, value: float, target: int) -> Frame:
    """Return all numbers and gradients of the network, and the arithmetic of one step."""
    numbers = all_numbers(Network(weight), value, target)
    # What nobody sees need not travel.
    values = np.round([numbers[name] for name in NAMES], 3) + 0.0
    gradients = np.round([numbers[f"d{name}"] for name in NAMES], 3) + 0.0
    words = WALK[step - 1].words(numbers, target)
    return Frame(
        {"values": values, "gradients": gradients, "target": np.array([target])},
        words.replace("-", "\N{MINUS SIGN}"),
    )


def graph() -> dict[str, object]:
    """Return the pane: where each number of the network stands, and what leads where."""
    rows = {"x": 0.055, "h": 0.29, "a": 0.43, "z": 0.67, "p": 0.81}
    nodes = [
        {"label": name_of(name), "x": (0.17, 0.83)[int(name[1])], "y": rows[name[0]]}
        for name in NODES[:-1]
    ]
    place = NODES.index
    edges = [
        {"from": place(f"{source}{name[1]}"), "to": place(f"{goal}{name[2]}")}
        if len(name) == 3
        else {"to": place(f"{goal}{name[1]}")}
        for name in PARAMETERS
        for source, goal in [("x", "h") if name[0] in "wb" else ("a", "z")]
    ]
    links = [("h0", "a0"), ("h1", "a1")]
    links += [(f"z{k}", f"p{j}") for k in (0, 1) for j in (0, 1)]
    return {
        "kind": "graph",
        "title": "Forward, the numbers go down; backward, the gradients (\N{PARTIAL DIFFERENTIAL}) come up",
        "field": "values",
        "gradients": "gradients",
        "walk": "walk",
        "step": "step",
        "target": "target",
        "nodes": [*nodes, {"label": "L", "x": 0.5, "y": 0.945}],
        "edges": edges,
        "links": [[place(one), place(other)] for one, other in links],
        "rows": [
            ["inputs", rows["x"]],
            ["after ReLU", rows["a"]],
            ["probabilities", rows["p"]],
        ],
    }


BACKPROPAGATION = Recipe(
    title="Backpropagation, number by number",
    axes=(
        Axis(
            "weight",
            f"Weight from {name_of('x0')} to {name_of('h0')}",
            steps(-1.5, 1.5, 0.25),
            1.0,
            steps(-1.5, 1.5, 0.05),
            "{:.2f}",
        ),
        Axis(
            "value",
            f"Input {name_of('x0')}",
            steps(-1, 1, 0.25),
            1.0,
            steps(-1, 1, 0.05),
            "{:.2f}",
        ),
        Axis("target", "True class", (0, 1), 1),
        Axis(
            "step",
            "Step",
            tuple(range(1, len(WALK) + 1)),
            len(FORWARD),
            form=f"{{}} of {len(WALK)}",
        ),
    ),
    panes=(graph(),),
    fields=dict.fromkeys(("values", "gradients", "target"), EXACT),
    compute=backpropagation_frame,
    play="step",
    pace=1800,
    constants={"walk": lights(WALK)},
)

WEIGHTS = steps(-1.5, 1.5, 0.05)
REACH = 0.4  # of the line that shows the slope, to each side


def loss_of(weight: float) -> tuple[float, float]:
    """Return the loss of the first sample with that weight, and its gradient: backward, not by trying."""
    numbers = all_numbers(Network(weight), 1.0, 1)
    return numbers["L"], numbers["dw00"]


def slope_frame(weight: float) -> Frame:
    """Return where the weight stands on the curve of the loss, and the line that its gradient draws there."""
    loss, gradient = loss_of(weight)
    ends = np.array([-REACH, REACH])
    arrays = {
        "here": np.array([weight, loss]),
        "line": np.column_stack([weight + ends, loss + ends * gradient]),
    }
    words = f"At a weight of {weight:.2f} the loss is {shown(loss)}, and its gradient {shown(gradient)}: "
    if gradient:
        words += (
            f"a weight lower by 0.01 lowers the loss by about {0.01 * gradient:.4f}."
        )
    else:
        words += "the ReLU behind this weight is closed, and a little more or less of it changes nothing."
    return Frame(arrays, words.replace("-", "\N{MINUS SIGN}"))


GLANCE = Glance(
    title="One weight and its gradient",
    question="For which values of this weight is its gradient zero?",
    axes=(
        Axis("weight", "The weight", WEIGHTS, 1.0, steps(-1.5, 1.5, 0.01), "{:.2f}"),
    ),
    panes=(
        {
            "kind": "chart",
            "title": "The loss. Drag along the curve",
            "needs": "line",
            "x": [-1.5, 1.5],
            "y": [0, 1.5],
            "xlabel": "weight",
            "ylabel": "loss",
            "at": "here",
            "drag": ["weight"],
            "series": [
                {"field": "loss", "columns": [0, 1], "color": 0, "width": 3},
                {
                    "field": "line",
                    "columns": [0, 1],
                    "label": "as steep as the gradient says",
                    "color": 1,
                },
            ],
        },
    ),
    fields={"here": EXACT, "line": EXACT},
    compute=slope_frame,
    play="weight",
    constants={"loss": np.array([(weight, loss_of(weight)[0]) for weight in WEIGHTS])},
)
