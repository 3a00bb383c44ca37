"""Chapter 6's explorer: five optimizers run from one start, on four surfaces, turned or not."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import nnfs_lib as nn
from bookkit.explore.glances import glance
from bookkit.explore.recipe import Axis, Field, Frame, Recipe
from bookkit.explore.shared import SPIRAL as POINTS
from bookkit.explore.shared import steps
from bookkit.explore.surfaces import (
    NETWORK,
    REACH,
    SURFACES,
    Surface,
    heights_of,
    turned,
)

STEPS = 40
TINY = 1e-4  # heights below are not told apart


RACERS: dict[str, Callable[[float, float, float], nn.Optimizer]] = {
    "SGD": lambda rate, decay, momentum: nn.SGD(rate, decay),
    "momentum": lambda rate, decay, momentum: nn.SGD(rate, decay, momentum),
    "Adagrad": lambda rate, decay, momentum: nn.Adagrad(rate, decay),
    "RMSprop": lambda rate, decay, momentum: nn.RMSprop(rate, decay),
    "Adam": lambda rate, decay, momentum: nn.Adam(rate, decay),
}


class Run(NamedTuple):
    """One racer's way: places (steps + 1, 2) and heights above the lowest, NaN once it is off the map."""

    places: np.ndarray
    heights: np.ndarray

    @property
    def left(self) -> int | None:
        """The step that led off the map."""
        off = np.isnan(self.heights)
        return int(off.argmax()) if off.any() else None


@functools.lru_cache(maxsize=2048)
def run(
    name: str,
    racer: str,
    rate: float,
    decay: float,
    momentum: float,
    turn: float,
    moved: tuple[float, float],
) -> Run:
    """Let one optimizer run from the surface's start, moved; who leaves the map is out."""
    surface = surface_at(name, turn)
    optimizer = RACERS[racer](rate, decay, momentum)
    place = start_at(surface, moved)
    places, heights = np.full((STEPS + 1, 2), np.nan), np.full(STEPS + 1, np.nan)
    for step in range(STEPS + 1):
        if step:
            optimizer.step([(place, np.array(surface.gradient(*place.tolist())))])
        if not (np.abs(place) <= REACH).all():
            places[step] = border(places[step - 1], place)
            break
        places[step] = place
        heights[step] = max(0.0, surface.height(*place.tolist()) - surface.lowest)
    return Run(places, heights)


def surface_at(name: str, turn: float) -> Surface:
    """Return a surface, turned by so many degrees."""
    return turned(SURFACES[name], turn) if turn else SURFACES[name]


@functools.lru_cache(maxsize=64)
def map_at(name: str, turn: float) -> np.ndarray:
    """Return the heights over the map of a surface that is turned."""
    return heights_of(surface_at(name, turn))


def start_at(surface: Surface, moved: tuple[float, float]) -> np.ndarray:
    """Return the surface's start, moved by shares of the way to the map's border: 1 is there, (2,)."""
    start, share = np.clip(surface.start, -REACH, REACH), np.array(moved)
    return start + np.abs(share) * (np.sign(share) * REACH - start)


def border(inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return where the way from a place on the map to one beside it meets the border."""
    move = outside - inside
    far = np.abs(outside) > REACH
    share = (np.sign(move) * REACH - inside)[far] / move[far]
    return inside + share.min() * move


def race_frame(
    surface: str,
    rate: float,
    momentum: float,
    decay: float,
    turn: float,
    across: float,
    up: float,
    step: int,
) -> Frame:
    """Return all ways and heights, and in words who is where after so many steps."""
    own = {racer: momentum if racer == "momentum" else 0 for racer in RACERS}
    runs = {
        racer: run(surface, racer, rate, decay, kept, turn, (across, up))
        for racer, kept in own.items()
    }
    arrays = {
        "paths": np.array([each.places for each in runs.values()]),
        "heights": np.log10([np.maximum(each.heights, TINY) for each in runs.values()]),
    }
    if turn:  # else it is among the constants
        arrays[surface] = map_at(surface, turn)
    return Frame(arrays, race_words(runs, step))


def race_words(runs: dict[str, Run], step: int) -> str:
    """Say who is how high, from the lowest up, and who left the map."""
    height = {racer: way.heights[step] for racer, way in runs.items()}
    there = sorted((high, racer) for racer, high in height.items() if high >= 0)
    gone = [
        f"{racer} (step {way.left})"
        for racer, way in runs.items()
        if way.left is not None and way.left <= step
    ]
    if not step:
        return f"All five stand at the same place, {high_text(there[0][0])} above the lowest."
    after = f"After {step} step{'s' * (step > 1)}"
    ranks = ", ".join(f"{racer} {high_text(high)}" for high, racer in there)
    words = (
        f"{after}, from the lowest up: {ranks}."
        if there
        else f"{after} nobody is left."
    )
    return f"{words} Off the map: {', '.join(gone)}." if gone else words


def high_text(height: float) -> str:
    """Return a height in three digits."""
    return f"{height:.3g}" if height >= TINY else "below 0.0001"


MOVES = steps(-1, 1, 0.02)
TURNS = steps(0, 90, 2.5)
DASHES: tuple[list[int], ...] = ([], [8, 4], [2, 3], [9, 3, 2, 3], [5, 2])
LOOKS = [
    {"label": racer, "color": number, "dash": dash, "marker": number}
    for number, (racer, dash) in enumerate(zip(RACERS, DASHES, strict=True))
]
RACE = Recipe(
    title="A race of five optimizers",
    axes=(
        Axis("surface", "Surface", tuple(SURFACES), "ravine"),
        Axis(
            "rate",
            "Learning rate",
            (0.01, 0.03, 0.1, 0.3, 1.0),
            0.1,
            (0.02, 0.05, 0.07, 0.15, 0.2, 0.25, 0.4, 0.5, 0.7),
            "{:g}",
        ),
        Axis(
            "momentum", "Momentum", (0.5, 0.9, 0.99), 0.9, steps(0, 0.99, 0.01), "{:g}"
        ),
        Axis("decay", "Decay", (0.0, 0.03, 0.1), 0.0, steps(0, 0.5, 0.01), "{:g}"),
        Axis("turn", "Surface, turned by", (0.0,), 0.0, TURNS, "{:g}\N{DEGREE SIGN}"),
        Axis("across", "Start, left to right", (0.0,), 0.0, MOVES, "{:g}"),
        Axis("up", "Start, down to up", (0.0,), 0.0, MOVES, "{:g}"),
        Axis(
            "step",
            "Step",
            (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30, 35, 40),
            18,
            tuple(range(STEPS + 1)),
        ),
    ),
    panes=(
        {
            "kind": "map",
            "place": "alone",
            "title": "The paths so far; the grayer, the higher",
            "needs": "paths",
            "by": "surface",
            "palette": "gray",
            "paths": "paths",
            "upto": "step",
            "looks": LOOKS,
            "drag": ["across", "up"],
            "starts": {name: list(surface.start) for name, surface in SURFACES.items()},
            "x": [-REACH, REACH],
            "y": [-REACH, REACH],
            "xlabel": "one weight",
            "ylabel": "another",
        },
        {
            "kind": "chart",
            "place": "alone",
            "title": "How high each is above the lowest place",
            "needs": "heights",
            "upto": "step",
            "x": [0, STEPS],
            "y": [-4, 2],
            "ends": ["10\N{SUPERSCRIPT MINUS}\N{SUPERSCRIPT FOUR}", "100"],
            "xlabel": "step",
            "ylabel": "height",
            "series": [
                {"field": "heights", "row": number, **look}
                for number, look in enumerate(LOOKS)
            ],
        },
    ),
    fields={
        "paths": Field(-REACH - 0.05, REACH + 0.05, gaps=True),
        "heights": Field(-4, 2.05, gaps=True),
    },
    compute=race_frame,
    play="step",
    constants={
        **{name: heights_of(surface) for name, surface in SURFACES.items()},
        "network": NETWORK,
        "points": POINTS,
    },
    engine={
        "kind": "race",
        "steps": STEPS,
        "reach": REACH,
        "tiny": TINY,
        "starts": {
            name: {"place": list(surface.start), "lowest": surface.lowest}
            for name, surface in SURFACES.items()
        },
    },
)

STILL = {
    key: part for key, part in RACE.panes[0].items() if key not in ("drag", "starts")
}
GLANCE = glance(
    RACE,
    "From which learning rate on does an optimizer leave the map?",
    {**STILL, "title": "Five paths; gray is high"},
    {**RACE.panes[1], "title": "How high each one is"},
    move={"rate": RACE.axes[1].offered},
    step=STEPS,
)
