"""Clothes: T-shirts, trousers, pullovers, dresses, coats and shirts.

Their top is at y = -1 and their hem near y = 1; all lengths are in half frames of 14 pixels.
"""

from dataclasses import dataclass, replace

import numpy as np

from bookkit.garments.canvas import Canvas, ellipse, limb, line, pick, under
from bookkit.garments.cloth import cloth


@dataclass(frozen=True)
class Cut:
    """The measures of what has a neck; of neck, shoulder, waist and hem, half the width.

    sleeve: its length, 0 where there is none; angle: between it and the vertical, in radians;
    thick and cuff: its half-width at the shoulder and at its end; length: the body's.
    """

    neck: float
    shoulder: float
    waist: float
    hem: float
    sleeve: float
    angle: float
    thick: float
    cuff: float
    length: float = 2.0


def tshirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a T-shirt with short sleeves, or a top without; some have a print."""
    shoulder = rng.uniform(0.46, 0.6)
    width = shoulder + rng.uniform(-0.08, 0.04)
    kind = pick(rng, {"short": 0.82, "none": 0.14, "long": 0.04})
    cut = Cut(
        neck=rng.uniform(0.16, 0.3),
        shoulder=shoulder if kind != "none" else shoulder * rng.uniform(0.65, 0.9),
        waist=width,
        hem=width + rng.uniform(-0.03, 0.08),
        sleeve={"short": rng.uniform(0.4, 0.7), "none": 0.0, "long": 1.5}[kind],
        angle=rng.uniform(0.35, 0.85) if kind == "short" else 0.2,
        thick=rng.uniform(0.19, 0.26),
        cuff=rng.uniform(0.15, 0.22),
    )
    patterns = {"plain": 0.7, "stripes": 0.14, "flowers": 0.08, "blocks": 0.08}
    _garment(canvas, rng, cut, cloth(canvas, rng, patterns))
    _neckline(canvas, rng, cut, {"round": 0.7, "v": 0.18, "collar": 0.12})
    if rng.random() < 0.35:
        _print(canvas, rng)


def pullover(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a pullover: long sleeves beside the body, a closed front, a ribbed hem."""
    cut = _long_sleeved(rng, width=0.46)
    patterns = {"plain": 0.76, "stripes": 0.1, "flowers": 0.06, "blocks": 0.08}
    _garment(canvas, rng, cut, cloth(canvas, rng, patterns))
    necks = {"round": 0.56, "v": 0.16, "high": 0.12, "hood": 0.1, "collar": 0.06}
    _neckline(canvas, rng, cut, necks)
    if rng.random() < 0.6:
        canvas.shade(canvas.y > cut.length - 1.14, rng.uniform(0.75, 0.92))
    if rng.random() < 0.25:
        _print(canvas, rng)


def coat(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a coat or jacket: a collar or hood, an opening in front, pockets."""
    cut = _long_sleeved(rng, width=0.53)
    patterns = {"plain": 0.84, "checks": 0.06, "flowers": 0.06, "blocks": 0.04}
    _garment(canvas, rng, cut, cloth(canvas, rng, patterns))
    _neckline(
        canvas, rng, cut, {"lapel": 0.3, "hood": 0.25, "high": 0.25, "collar": 0.2}
    )
    _front(canvas, rng, {"zipper": 0.54, "buttons": 0.24, "open": 0.14, "none": 0.08})
    if rng.random() < 0.6:
        x, y = rng.uniform(0.2, 0.34), rng.uniform(0.2, 0.5)
        pocket = line(abs(canvas.x), canvas.y, [(x, y), (x - 0.1, y + 0.2)], 0.035)
        canvas.shade(pocket, rng.uniform(0.4, 0.7))
    if rng.random() < 0.2:
        belt = (abs(canvas.y - 0.1) < 0.05) & (abs(canvas.x) < cut.waist)
        canvas.shade(belt, rng.uniform(0.5, 0.8))


def shirt(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a shirt or blouse: buttons and a collar as a rule, sleeves of any length."""
    cut = _long_sleeved(rng, width=0.48)
    kind = pick(rng, {"long": 0.66, "short": 0.24, "none": 0.1})
    if kind != "long":
        cut = replace(
            cut,
            shoulder=cut.shoulder + 0.05,
            sleeve=rng.uniform(0.4, 0.85) if kind == "short" else 0.0,
            angle=rng.uniform(0.3, 0.75),
            thick=0.2,
            cuff=rng.uniform(0.14, 0.24),
        )
    patterns = {"plain": 0.6, "checks": 0.16, "flowers": 0.14, "stripes": 0.1}
    _garment(canvas, rng, cut, cloth(canvas, rng, patterns))
    _neckline(canvas, rng, cut, {"collar": 0.7, "v": 0.14, "round": 0.16})
    _front(canvas, rng, {"buttons": 0.72, "none": 0.28})
    if rng.random() < 0.3:
        x, y = abs(canvas.x - rng.uniform(0.18, 0.28)), abs(canvas.y + 0.35)
        canvas.shade((x < 0.1) & (y < 0.1), rng.uniform(0.7, 0.9))


def dress(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a dress: narrow, long, with a waist and a skirt from tight to wide."""
    shoulder = rng.uniform(0.25, 0.43)
    waist = shoulder * rng.uniform(0.75, 1.0)
    kind = pick(rng, {"none": 0.36, "short": 0.34, "long": 0.3})
    cut = Cut(
        neck=shoulder * rng.uniform(0.45, 0.75),
        shoulder=shoulder,
        waist=waist,
        hem=waist + 0.02 + 0.36 * rng.random() ** 1.5,
        sleeve={"none": 0.0, "short": 0.34, "long": rng.uniform(0.7, 1.15)}[kind],
        angle=rng.uniform(0.15, 0.4) if kind == "long" else rng.uniform(0.4, 0.9),
        thick=0.13,
        cuff=rng.uniform(0.08, 0.13),
    )
    patterns = {"plain": 0.64, "flowers": 0.16, "stripes": 0.1, "checks": 0.1}
    _garment(canvas, rng, cut, cloth(canvas, rng, patterns))
    _neckline(canvas, rng, cut, {"round": 0.55, "v": 0.35, "high": 0.1})
    if rng.random() < 0.4:
        belt = abs(canvas.y + 0.2) < rng.uniform(0.03, 0.07)
        canvas.shade(belt, rng.choice([0.55, 0.75, 1.3]))


def trouser(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw trousers: two legs with a gap that widens, a waistband, at times a fly."""
    x, y = abs(canvas.x - rng.uniform(-0.08, 0.08) * canvas.y), canvas.y
    waist, hip = rng.uniform(0.22, 0.34), rng.uniform(0.28, 0.42)
    foot = hip + rng.uniform(-0.12, 0.05)
    crotch, leg = rng.uniform(-0.6, -0.3), rng.uniform(0.16, 0.3)
    legs = under(y, x, [-1, crotch, 1], [waist, hip, foot])
    gap = under(y, x, [crotch, 0.2, 1], [0.0, 0.04, max(foot - leg, 0.03)])
    patterns = {"plain": 0.88, "stripes": 0.04, "flowers": 0.04, "checks": 0.04}
    canvas.paint(legs & ~gap, cloth(canvas, rng, patterns))
    canvas.shade(y < -1 + rng.uniform(0.06, 0.14), rng.uniform(0.6, 1.0))
    if rng.random() < 0.5:
        canvas.shade(line(x, y, [(0, -1), (0, crotch)], 0.025), 0.65)
    if rng.random() < 0.5:  # the crease of ironed trousers, or the wash of jeans
        middle = line(x, y, [(hip / 2, -0.5), (foot - leg / 2, 0.9)], 0.05)
        canvas.shade(middle, rng.choice([0.8, 1.2]))


def _long_sleeved(rng: np.random.Generator, width: float) -> Cut:
    """Return the cut that pullovers, coats and shirts have in common; width: half the chest."""
    shoulder = width + rng.uniform(-0.06, 0.05)
    waist = shoulder - rng.uniform(0, 0.12)
    return Cut(
        neck=rng.uniform(0.14, 0.24),
        shoulder=shoulder,
        waist=waist,
        hem=waist + rng.uniform(-0.04, 0.08),
        sleeve=rng.uniform(1.5, 1.85),
        angle=rng.uniform(0.13, 0.24),
        thick=rng.uniform(0.15, 0.2),
        cuff=rng.uniform(0.09, 0.14),
        length=rng.uniform(1.82, 2.0),
    )


def _garment(
    canvas: Canvas, rng: np.random.Generator, cut: Cut, grey: np.ndarray
) -> None:
    """Draw sleeves and then the body, with a seam where they meet."""
    x, y = abs(canvas.x), canvas.y
    chest = max(cut.shoulder * 0.92, cut.waist * 0.96)
    if cut.sleeve:
        canvas.paint(_sleeves(x, y, cut), grey * rng.uniform(0.85, 1.1))
    knots = [-1, -0.86, -0.45, 0.0, cut.length - 1]
    widths = [cut.neck + 0.08, cut.shoulder, chest, cut.waist, cut.hem]
    canvas.paint(under(y, x, knots, widths), grey)
    if cut.sleeve:
        seam = line(x, y, [(cut.shoulder, -0.8), (chest, -0.4), (cut.waist, 0.0)], 0.03)
        canvas.shade(seam, rng.uniform(0.4, 0.9))


def _sleeves(x: np.ndarray, y: np.ndarray, cut: Cut) -> np.ndarray:
    """Return the sleeves' shape: short ones stand off straight, long ones bend and hang."""
    start = (cut.shoulder - cut.thick * 0.9, -0.86 + cut.thick * 0.8)
    right = cut.sleeve * float(np.sin(cut.angle))
    down = cut.sleeve * float(np.cos(cut.angle))
    if cut.sleeve < 1:
        end = (start[0] + right, start[1] + down)
        return limb(x, y, start, end, (cut.thick, cut.cuff))
    heights = [-0.9, -0.65, -0.1, -0.85 + down]
    middle = np.interp(y, heights, start[0] + right * np.array([-0.1, 0.4, 0.8, 1]))
    widths = [cut.thick * 0.6, cut.thick, (cut.thick + cut.cuff) / 2, cut.cuff]
    return under(y, abs(x - middle), heights, widths)


def _neckline(
    canvas: Canvas, rng: np.random.Generator, cut: Cut, kinds: dict[str, float]
) -> None:
    """Draw the opening for the neck, and what stands around it."""
    x, y, neck = abs(canvas.x), canvas.y, cut.neck
    kind, depth = pick(rng, kinds), rng.uniform(0.06, 0.2)
    inside = rng.choice([0.0, 0.5, 0.8])  # the cloth of the back, where it shows
    if kind == "round":
        rim = ellipse(x, y, (0, -1), (neck + 0.07, depth + 0.07))
        canvas.shade(rim, rng.uniform(0.75, 1.1))
        canvas.shade(ellipse(x, y, (0, -1), (neck, depth)), inside)
    elif kind in ("v", "lapel"):
        deep = 0.1 + 2.2 * depth if kind == "v" else rng.uniform(0.4, 0.8)
        canvas.shade(under(y, x, [-1, -1 + deep], [neck, 0]), inside)
        if kind == "lapel":
            edge = line(x, y, [(neck + 0.06, -0.95), (0.04, -1 + deep)], 0.06)
            canvas.shade(edge, rng.choice([0.7, 1.2]))
    elif kind == "collar":
        canvas.shade(under(y, x, [-1, -0.95 + depth], [neck * 0.7, 0]), inside)
        points = [(neck, -0.97), (0.05, -0.95 + depth), (neck + 0.06, -0.8)]
        canvas.shade(line(x, y, points, 0.035), rng.choice([0.6, 0.75, 1.25]))
    elif kind == "high":
        canvas.shade((y < -1 + depth) & (x < neck + 0.1), rng.uniform(0.65, 0.9))
    else:
        canvas.shade(ellipse(x, y, (0, -0.84), (neck + 0.14, 0.2)), 0.75)
        canvas.shade(ellipse(x, y, (0, -0.88), (neck, 0.12)), 0.4)


def _front(canvas: Canvas, rng: np.random.Generator, kinds: dict[str, float]) -> None:
    """Draw what opens in front: buttons, a zipper, or two sides that stand apart."""
    x, y, kind = canvas.x, canvas.y, pick(rng, kinds)
    if kind == "buttons":
        canvas.shade((abs(x - 0.05) < 0.025) & (y > -0.8), rng.uniform(0.6, 1.0))
        grey = rng.choice([0.1, 0.3, 0.9])
        for height in np.arange(-0.65, 0.95, rng.uniform(0.2, 0.4)):
            button = ellipse(x, y, (0.0, height), (0.045, 0.045))
            canvas.paint(button & (canvas.grey > 0), grey)
    elif kind == "zipper":
        canvas.shade((abs(x) < 0.035) & (y > -0.9), rng.choice([0.5, 0.8, 1.3]))
    elif kind == "open":
        gap = under(y, abs(x), [-0.9, 1], [rng.uniform(0.02, 0.08), 0.08])
        canvas.shade(gap, rng.uniform(0.0, 0.4))


def _print(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a picture or lines of writing on the chest."""
    x, y = canvas.x, canvas.y + rng.uniform(0.15, 0.4)
    factor = rng.choice([0.3, 0.5, 1.5])
    if rng.random() < 0.5:
        shape = ellipse(x, y, (0, 0), (rng.uniform(0.12, 0.28), rng.uniform(0.1, 0.25)))
        canvas.shade(shape & (np.sin(14 * x + 9 * y) > -0.6), factor)
    else:
        rows = abs(np.sin(rng.uniform(8, 14) * y)) > 0.6
        letters = np.sin(22 * x + 5 * np.sin(17 * y)) > -0.3
        area = (abs(x) < rng.uniform(0.15, 0.3)) & (abs(y) < rng.uniform(0.1, 0.22))
        canvas.shade(area & rows & letters, factor)
