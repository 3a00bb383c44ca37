"""Chapter 2's explorers: how a hidden neuron bends a curve, and what softmax makes of three scores."""

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.recipe import EXACT, Axis, Frame, Recipe
from bookkit.explore.shared import bars, signed, steps

ACTIVATIONS: dict[str, nn.Layer | None] = {
    "none": None,
    "ReLU": nn.ReLU(),
    "sigmoid": nn.Sigmoid(),
}
XS = np.linspace(-1.5, 1.5, 61, dtype=np.float32).reshape(-1, 1)


def bend_frame(activation: str, weight: float, bias: float, outgoing: float) -> Frame:
    """Return the outputs of a 1-3-1 network of which the reader holds one hidden neuron."""
    hidden, output = nn.Dense(1, 3), nn.Dense(3, 1)
    hidden.weights[:] = [[weight, 1.0, -1.5]]
    hidden.biases[:] = [[bias, 0.5, 0.5]]
    output.weights[:] = [[outgoing], [0.5], [-0.5]]
    between = ACTIVATIONS[activation]

    def network(inputs: np.ndarray) -> np.ndarray:
        scores = hidden.forward(inputs)
        return output.forward(between.forward(scores) if between else scores)

    whole = network(XS)[:, 0]
    output.weights[0] = 0
    rest = network(XS)[:, 0]
    curves = {"network": whole, "neuron": whole - rest, "rest": rest}
    words = (
        f"{bend_words(activation, weight, bias, outgoing)} "
        f"At the right end the network's slope is {slope_at_end(whole):.2f}."
    ).replace("-", "\N{MINUS SIGN}")
    # What nobody sees on a screen need not travel: rounded numbers pack to half the size.
    rounded_curves = {
        name: np.rint(512 * curve) / 512 for name, curve in curves.items()
    }
    return Frame(rounded_curves, words)


def bend_words(activation: str, weight: float, bias: float, outgoing: float) -> str:
    """Say where the neuron bends the curve, and how."""
    corner = rounded(-bias / weight) if weight else 0.0
    slope = rounded(weight * outgoing)
    if activation == "none":
        text = (
            f"Your neuron adds a straight line of slope {slope:.2f}. The others are straight as well, "
            "so the sum is: without an activation nothing bends."
        )
    elif not weight:
        text = "With a weight of zero your neuron gives the same output for every x."
    elif not outgoing:
        text = "Your neuron has its bend, but with an outgoing weight of zero nobody listens."
    elif activation == "ReLU":
        side = "right" if weight > 0 else "left"
        text = (
            f"ReLU bends the curve at x = {corner:.2f}, where {weight:.2f} x {signed(bias)} is zero. To the "
            f"{side} of it your neuron changes the slope by {slope:.2f}; "
            "on the other side it is silent."
        )
    else:
        direction = "rises" if weight * outgoing > 0 else "falls"
        text = (
            f"The sigmoid's soft step lies at x = {corner:.2f} and {direction} by up to {abs(outgoing):.2f}. "
            "The farther the weight is from zero, the steeper."
        )
    if weight and activation != "none" and not -1.5 <= corner <= 1.5:
        text += " That place is off the picture."
    return text


def slope_at_end(curve: np.ndarray) -> float:
    """Return how steep the curve is at the right end."""
    return rounded(float((curve[-1] - curve[-2]) / (XS[-1, 0] - XS[-2, 0])))


def rounded(number: float) -> float:
    """Return the number to two digits, and never minus zero."""
    return round(number, 2) + 0.0


BEND = Recipe(
    title="A hidden neuron bends a curve",
    axes=(
        Axis("activation", "Activation", ("none", "ReLU", "sigmoid"), "ReLU"),
        Axis(
            "weight",
            "Your neuron's weight",
            (-4.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 4.0),
            1.5,
            steps(-4, 4, 0.05),
            "{:.2f}",
        ),
        Axis(
            "bias",
            "Your neuron's bias",
            steps(-1.5, 1.5, 0.5),
            0.5,
            steps(-1.5, 1.5, 0.05),
            "{:.2f}",
        ),
        Axis(
            "outgoing",
            "Its outgoing weight",
            steps(-1, 1, 0.5),
            1.0,
            steps(-1, 1, 0.05),
            "{:.2f}",
        ),
    ),
    panes=(
        {
            "kind": "chart",
            "title": "A 1-3-1 network, and what your hidden neuron adds to it. Drag the ring",
            "drag": ["bias", "weight"],
            "kink": True,
            "x": [-1.5, 1.5],
            "y": [-4, 4],
            "xlabel": "x",
            "ylabel": "output",
            "needs": "network",
            "series": [
                {"field": "rest", "label": "the other two neurons", "dash": [2, 3]},
                {"field": "neuron", "label": "your neuron", "color": 1, "dash": [7, 4]},
                {"field": "network", "label": "the network", "color": 0, "width": 3},
            ],
        },
    ),
    fields=dict.fromkeys(("network", "neuron", "rest"), EXACT),
    compute=bend_frame,
    play="bias",
)

SCORES = (-4, -2, 0, 2, 4)


def softmax_frame(
    first: float, second: float, third: float, temperature: float, shift: float
) -> Frame:
    """Return what softmax sees of three logits, and the probabilities that it returns."""
    logits = np.array([[first, second, third]], dtype=np.float32)
    seen = (logits + np.float32(shift)) / np.float32(temperature)
    probabilities = nn.Softmax().forward(seen)
    words = (
        f"Probabilities {', '.join(f'{p:.1%}' for p in probabilities[0])}. "
        f"{temperature_words(temperature, bool(np.ptp(logits)))} {shift_words(float(seen.max()))}"
    )
    arrays = {
        "seen": seen[0],
        "center": np.array([np.float32(shift) / np.float32(temperature)]),
        "below": (seen - seen.max())[0],
        "probabilities": probabilities[0],
    }
    return Frame(arrays, words.replace("-", "\N{MINUS SIGN}"))


def temperature_words(temperature: float, differ: bool) -> str:
    """Say what dividing by the temperature does, where the logits differ at all."""
    if not differ:
        return "All logits are equal, and so they stay at any temperature."
    if temperature == 1:
        return "The temperature is 1: logits as they are."
    effect = (
        "grow, and with them the certainty"
        if temperature < 1
        else "shrink, and the answers draw together"
    )
    return f"Divided by {temperature:g}, differences {effect}."


def shift_words(largest: float) -> str:
    """Say what the exponential of the largest logit would be in float32."""
    with np.errstate(over="ignore"):
        exponential = np.exp(np.float32(largest))
    if 0 < exponential < np.inf:
        return "Subtracting the largest logit does not change them."
    fate = "overflow"
    if not exponential:
        fate = "be zero, as would the other two, and zero divided by zero is no number"
    return (
        f"In float32, exp({largest:g}) would {fate}. Softmax subtracts the largest logit first, "
        "and the shift is gone."
    )


SOFTMAX = Recipe(
    title="Softmax: temperature and shift",
    axes=(
        Axis("first", "Logit of class 0", SCORES, 2, steps(-4, 4, 0.1), "{:g}"),
        Axis("second", "Logit of class 1", SCORES, 0, steps(-4, 4, 0.1), "{:g}"),
        Axis("third", "Logit of class 2", SCORES, -2, steps(-4, 4, 0.1), "{:g}"),
        Axis(
            "temperature",
            "Temperature",
            (0.25, 0.5, 1.0, 2.0, 4.0),
            1.0,
            steps(0.25, 4, 0.05),
            "{:g}",
        ),
        Axis(
            "shift",
            "Shift of all logits",
            (-1000, 0, 1000),
            0,
            tuple(range(-1000, 1001, 100)),
            "{:+d}",
        ),
    ),
    panes=(
        bars(
            "What goes in: (logits + shift) / temperature. Drag the bars",
            "seen",
            [-8, 8],
            1,
            center="center",
            drag=["first", "second", "third"],
            scale="temperature",
        ),
        bars("Minus the largest", "below", [-16, 0], 1),
        bars("Probabilities", "probabilities", [0, 1], 3),
    ),
    fields=dict.fromkeys(("seen", "center", "below", "probabilities"), EXACT),
    compute=softmax_frame,
    play="temperature",
)

GLANCE = glance(
    BEND,
    "What must stand between two layers before the curve can bend?",
    {**BEND.panes[0], "title": "The output of a small network for each x"},
    move={"activation": tuple(ACTIVATIONS), "bias": steps(-1.5, 1.5, 0.1)},
    activation="none",
)
