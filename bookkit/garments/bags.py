"""Bags: totes, satchels, clutches and shoulder bags, in half frames of 14 pixels."""

import numpy as np

from bookkit.garments.canvas import Canvas, ellipse, line, pick, under
from bookkit.garments.cloth import cloth


def bag(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a bag: its body, with or without a flap, and what it is carried by."""
    kind = pick(rng, {"handles": 0.35, "ring": 0.35, "clutch": 0.18, "strap": 0.12})
    height = rng.uniform(0.95, 1.55)
    above = 0.0 if kind == "clutch" else rng.uniform(0.25, 1.94 - height)
    top, bottom = -(height + above) / 2 + above, (height + above) / 2
    width = rng.uniform(0.7, 1.0)
    x, y = abs(canvas.x), canvas.y
    grey = cloth(
        canvas, rng, {"plain": 0.8, "flowers": 0.08, "checks": 0.06, "blocks": 0.06}
    )
    _handle(canvas, rng, kind, (width, top, above), grey * rng.uniform(0.6, 1.1))
    round_off = rng.uniform(0.02, 0.2)
    knots = [top, top + round_off, bottom - round_off, bottom]
    upper, lower = rng.uniform(0.75, 1.0), rng.uniform(0.85, 1.0)
    shares = [upper - 0.8 * round_off, upper, lower, lower - 0.8 * round_off]
    canvas.paint(under(y, x, knots, [width * share for share in shares]), grey)
    if rng.random() < 0.55:
        flap = top + height * rng.uniform(0.15, 0.6)
        canvas.shade(y < flap, rng.uniform(0.85, 1.15))
        canvas.shade((abs(y - flap) < 0.03) & (y > top), rng.uniform(0.4, 0.8))
        clasp = ellipse(x, y, (0, flap), (rng.uniform(0.04, 0.12), 0.06))
        canvas.paint(clasp, rng.choice([0.15, 0.95]))
    if rng.random() < 0.3:
        seam = abs(x - width * rng.uniform(0.4, 0.7)) < 0.04
        canvas.shade(seam & (y > top), rng.uniform(0.4, 0.8))


def _handle(
    canvas: Canvas,
    rng: np.random.Generator,
    kind: str,
    measures: tuple[float, float, float],
    grey: np.ndarray,
) -> None:
    """Draw handles, a ring or a long strap; measures: the bag's width, top, and space above."""
    x, y = abs(canvas.x), canvas.y
    width, top, above = measures
    thick = rng.uniform(0.035, 0.08)
    foot = width * rng.uniform(0.35, 0.75)
    if kind == "handles":
        points = [(foot, top + 0.1), (foot * 0.7, top - above * 0.85), (0, top - above)]
        canvas.paint(line(x, y, points, thick), grey)
    elif kind == "ring":
        hole = ellipse(x, y, (0, top), (foot - 2 * thick, above - 2 * thick))
        canvas.paint(ellipse(x, y, (0, top), (foot, above)) & ~hole, grey)
    elif kind == "strap":
        points = [
            (width * 0.9, top + 0.2),
            (width * 0.6, top - 0.5 * above),
            (0, top - above),
        ]
        canvas.paint(line(x, y, points, thick), grey)
