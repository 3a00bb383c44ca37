"""Shoes, seen from the side, the toe on the left: sandals, sneakers and ankle boots.

They are drawn in x, from the toe at -1 to the heel at 1, and in the height above what the foot
stands on, which a heel lifts. All lengths are in half frames of 14 pixels.
"""

import numpy as np

from bookkit.garments.canvas import Canvas, line, pick, under
from bookkit.garments.cloth import cloth


def sandal(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a sandal: a sole, flat or on a heel, and straps with the dark between them."""
    kind = pick(rng, {"flat": 0.6, "block": 0.14, "thin": 0.16, "wedge": 0.1})
    flat = kind == "flat"
    heel = rng.uniform(0.0, 0.12) if flat else rng.uniform(0.4, 1.0)
    height, sole = rng.uniform(0.4, 0.65 if flat else 0.85), rng.uniform(0.08, 0.2)
    ground = (heel + height) / 2
    grey = cloth(canvas, rng, {"plain": 0.9, "flowers": 0.1})
    x, up = canvas.x, _stand(canvas, rng, ground, heel, kind, grey)
    low = height * rng.uniform(0.4, 0.6)
    last = rng.uniform(-0.4, 0.4)
    for place in np.arange(rng.uniform(-0.88, -0.65), last, rng.uniform(0.26, 0.5)):
        top = float(np.interp(place, [-1, -0.6, 0.5], [0.4 * low, low, height]))
        strap = [(place, 0.0), (place + rng.uniform(0.0, 0.3), top)]
        canvas.paint(line(x, up, strap, rng.uniform(0.05, 0.15)), grey)
    if rng.random() < 0.8:  # around the ankle and the heel
        ankle = [(0.4, height), (0.9, height * 0.8), (0.92, 0.0)]
        canvas.paint(line(x, up, ankle, rng.uniform(0.04, 0.1)), grey)
    if rng.random() < 0.45:  # along the top of the foot
        instep = [(-0.6, low), (-0.1, low * 1.1), (0.45, height * 0.9)]
        canvas.paint(line(x, up, instep, rng.uniform(0.04, 0.1)), grey)
    bed = (up <= 0) & (up > -sole) & (abs(x) <= 0.98)
    canvas.paint(bed, grey * rng.uniform(0.5, 1.1))


def sneaker(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a sneaker: low, with a sole of its own color, laces and stripes."""
    high = rng.random() < 0.14
    height = rng.uniform(0.85, 1.3) if high else rng.uniform(0.62, 1.0)
    sole = rng.uniform(0.1, 0.2)
    grey = cloth(canvas, rng, {"plain": 0.85, "flowers": 0.1, "checks": 0.05})
    x, up = canvas.x, height / 2 - canvas.y
    upper = _high_upper if high else _low_upper
    canvas.paint(upper(rng, x, up, height), grey)
    _laces(canvas, rng, x, up, height)
    if rng.random() < 0.6:
        for place in np.arange(rng.uniform(-0.3, 0.1), 0.6, rng.uniform(0.16, 0.5)):
            stripe = line(x, up, [(place, sole), (place + 0.15, height * 0.6)], 0.05)
            canvas.shade(stripe, rng.choice([0.4, 0.65, 1.4]))
    if rng.random() < 0.4:
        canvas.shade((x < -0.65) & (up > sole), rng.uniform(0.7, 1.2))
    base = (up >= 0) & (up < sole) & (abs(x) < 0.99)
    canvas.paint(base, rng.uniform(0.25, 0.95))


def ankle_boot(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a boot that ends above the ankle, on a heel from flat to high."""
    kind = pick(rng, {"flat": 0.5, "block": 0.34, "thin": 0.16})
    heel = rng.uniform(0.06, 0.2) if kind == "flat" else rng.uniform(0.3, 0.65)
    height = rng.uniform(0.82, 1.45)
    grey = cloth(canvas, rng, {"plain": 0.94, "flowers": 0.06})
    ground = (height + heel) / 2
    x, up = canvas.x, _stand(canvas, rng, ground, heel, kind, grey)
    canvas.paint(_high_upper(rng, x, up, height), grey)
    if rng.random() < 0.4:
        _laces(canvas, rng, x, up, height * 0.8)
    if rng.random() < 0.35:  # the elastic, or a zipper, at the side
        side = [(0.45, height), (0.5, height * 0.5)]
        canvas.shade(line(x, up, side, 0.08), rng.uniform(0.4, 0.8))
    if rng.random() < 0.3:
        canvas.shade(abs(up - height * 0.55) < 0.05, rng.uniform(0.5, 0.8))
    edge = rng.uniform(0.04, 0.16)
    canvas.shade((up < edge) & (up > -0.06), rng.uniform(0.3, 1.3))


def _stand(
    canvas: Canvas,
    rng: np.random.Generator,
    ground: float,
    heel: float,
    kind: str,
    grey: np.ndarray,
) -> np.ndarray:
    """Draw the heel; return the height above what the foot stands on, (112, 112).

    ground: the y of the floor; heel: how high it is; kind: "flat", "block", "thin" or "wedge".
    """
    floor = ground - canvas.y
    lift = np.interp(canvas.x, [-0.45, 0.45], [0, heel])
    start = {"flat": 0.3, "block": 0.5, "thin": 0.8, "wedge": -0.5}[kind]
    # A thin heel widens towards the foot.
    start = start - (0.3 * floor / max(heel, 0.1) if kind == "thin" else 0)
    shape = (floor >= 0) & (floor <= lift) & (canvas.x >= start) & (canvas.x <= 0.95)
    canvas.paint(shape, grey * rng.uniform(0.4, 1.0))
    return floor - lift


def _low_upper(
    rng: np.random.Generator, x: np.ndarray, up: np.ndarray, height: float
) -> np.ndarray:
    """Return the part of a shoe above the sole that leaves the ankle free."""
    knots = [-0.98, -0.9, -0.5, rng.uniform(-0.05, 0.25), 0.5, 0.8, 0.97]
    shares = [0.25, 0.45, 0.62, 0.95, rng.uniform(0.7, 0.85), 0.8, 0.95]
    return under(x, up, knots, [height * share for share in shares]) & (up >= 0)


def _high_upper(
    rng: np.random.Generator, x: np.ndarray, up: np.ndarray, height: float
) -> np.ndarray:
    """Return the part of a shoe above the sole that covers the ankle."""
    shaft, toe = rng.uniform(-0.1, 0.15), rng.uniform(0.3, 0.5)
    bend = (toe + 0.22 + height) / 2
    back = height * rng.uniform(0.92, 1.05)
    knots = [-0.99, -0.93, -0.6, -0.25, shaft, shaft + 0.1, 0.9, 0.96]
    heights = [0.2, toe * 0.85, toe + 0.05, toe + 0.2, bend, height, back, 0.2]
    return under(x, up, knots, heights) & (up >= 0)


def _laces(
    canvas: Canvas,
    rng: np.random.Generator,
    x: np.ndarray,
    up: np.ndarray,
    height: float,
) -> None:
    """Draw laces down the instep."""
    factor = rng.choice([0.5, 0.7, 1.4])
    for share in np.arange(0.0, 1.0, rng.uniform(0.2, 0.34)):
        place, top = -0.4 + 0.45 * share, height * (0.55 + 0.35 * share)
        lace = line(x, up, [(place, top), (place + 0.12, top - 0.12)], 0.035)
        canvas.shade(lace, factor)
