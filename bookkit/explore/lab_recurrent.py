"""Lab *Sequences*' explorer: a slope that goes back through time, with a tanh and without."""

import numpy as np

from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.explore.shared import steps
from nnfs_lib.labs.recurrent import scaled_rnn, slopes_over_time

STEPS, NEURONS = 50, 32
LOWEST, HIGHEST = -12, 9  # powers of ten
NOISE = np.random.default_rng(0).standard_normal((20, STEPS, 1))


def memory_frame(radius: float, loudness: float, back: int) -> Frame:
    """Return what is left of a slope after 0, 1, ... 49 steps back, as powers of ten.

    What is below the picture is NaN.
    """
    layer = scaled_rnn(NEURONS, radius)
    with_tanh = slopes_over_time(layer, loudness * NOISE)[::-1]
    without = [1.0]
    slope = np.random.default_rng(0).standard_normal((len(NOISE), NEURONS))
    first = np.sqrt(np.mean(slope**2))
    for _ in range(STEPS - 1):
        slope = slope @ layer.state_weights.T
        without.append(np.sqrt(np.mean(slope**2)) / first)
    sizes = np.stack([with_tanh / with_tanh[0], without])
    slopes = np.log10(sizes)
    slopes[slopes < LOWEST] = np.nan
    return Frame({"slopes": slopes}, memory_words(back, *sizes[:, back]))


def memory_words(back: int, with_tanh: float, without: float) -> str:
    """Say how much of the slope is left."""
    where = f"{back} step{'s' * (back != 1)} back"
    words = (
        f"{where.capitalize()}, {with_tanh:.2g} times the slope is left; "
        f"without the tanh it would be {without:.2g} times."
    )
    return words.replace("-", "\N{MINUS SIGN}")


LOOKS = [
    {"label": "with tanh", "color": 0, "dash": [], "marker": 0},
    {"label": "without", "color": 1, "dash": [6, 3], "marker": 1},
]
MEMORY = Recipe(
    title="A slope on its way back through time",
    axes=(
        Axis(
            "radius",
            "Largest eigenvalue",
            (0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5),
            1.2,
            steps(0.3, 1.5, 0.05),
            "{:g}",
        ),
        Axis("loudness", "Size of the inputs", (0.0, 1.0, 10.0), 1.0, form="{:g}"),
        Axis(
            "back",
            "Steps back",
            (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 49),
            20,
            tuple(range(STEPS)),
        ),
    ),
    panes=(
        {
            "kind": "chart",
            "title": "How much of the last state's slope is left",
            "upto": "back",
            "x": [0, STEPS - 1],
            "y": [LOWEST, HIGHEST],
            "ends": [
                "10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT ONE}\N{SUPERSCRIPT TWO}",
                "10\N{SUPERSCRIPT NINE}",
            ],
            "xlabel": "steps back",
            "ylabel": "slope",
            "series": [
                {"field": "slopes", "row": number, **look}
                for number, look in enumerate(LOOKS)
            ],
        },
    ),
    fields={"slopes": Field(LOWEST, HIGHEST, gaps=True)},
    compute=memory_frame,
    play="back",
)
