"""A browser's canvas without a browser, as far as the explorers' drawings need one: by matplotlib's renderer.

Texts are left out: where this is used, nobody could read them.
"""

import re
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image

SCALE = 4  # the renderer's pixels to one of the canvas'


class Canvas:
    """What has been drawn so far; its methods have their names in a browser, as Python writes them."""

    def __init__(self, side: int) -> None:
        self.side = side * SCALE
        agg: Any = RendererAgg  # which has no types
        self.renderer = agg(self.side, self.side, 72)
        # From a canvas' pixels, counted from above, to the renderer's.
        self.place = Affine2D().scale(SCALE, -SCALE).translate(0, self.side)
        self.style: dict[str, Any] = {"globalAlpha": 1, "dash": [], "clip": None}
        self.kept: list[dict[str, Any]] = []
        self.points: list[tuple[float, float]] = []
        self.codes: list[Any] = []

    def image(self) -> Image.Image:
        """Return what was drawn, on white."""
        drawn = Image.fromarray(np.asarray(self.renderer.buffer_rgba()))
        paper = Image.new("RGBA", drawn.size, "white")
        return Image.alpha_composite(paper, drawn).convert("RGB")

    def replay(self, calls: list[tuple[str, list[Any]]]) -> None:
        """Do what a drawing asked of its canvas; a text, and what prepares one, is left out."""
        for name, given in calls:
            method = getattr(self, re.sub("([A-Z])", r"_\1", name).lower(), None)
            if method:
                method(*given)

    def set(self, name: str, value: Any) -> None:
        self.style[name] = value

    def set_line_dash(self, dash: list[float]) -> None:
        self.style["dash"] = dash

    def save(self) -> None:
        self.kept.append(self.style.copy())

    def restore(self) -> None:
        self.style = self.kept.pop()

    def begin_path(self) -> None:
        self.points, self.codes = [], []

    def add(self, code: Any, *numbers: float) -> None:
        """Go on along a path, to one point or a curve's three."""
        points = [*zip(numbers[::2], numbers[1::2], strict=True)]
        self.points += points
        self.codes += [code] * len(points)

    def move_to(self, x: float, y: float) -> None:
        self.add(Outline.MOVETO, x, y)

    def line_to(self, x: float, y: float) -> None:
        self.add(Outline.LINETO, x, y)

    def bezier_curve_to(self, *numbers: float) -> None:
        self.add(Outline.CURVE4, *numbers)

    def close_path(self) -> None:
        self.add(Outline.CLOSEPOLY, 0, 0)

    def rect(self, left: float, top: float, width: float, height: float) -> None:
        right, bottom = left + width, top + height
        self.move_to(left, top)
        for x, y in ((right, top), (right, bottom), (left, bottom)):
            self.line_to(x, y)
        self.close_path()

    def arc(self, x: float, y: float, radius: float, *angles: float) -> None:
        circle = Outline.circle((x, y), radius)  # the drawings need no part of one
        self.points += np.asarray(circle.vertices).tolist()
        self.codes += np.asarray(circle.codes).tolist()

    def clip(self) -> None:
        """Let nothing show beyond the path, which is a rectangle."""
        self.style["clip"] = Bbox.null()
        self.style["clip"].update_from_data_xy(self.place.transform(self.points[:4]))

    def fill(self) -> None:
        self.draw(self.color("fillStyle"), line=0)

    def stroke(self) -> None:
        self.draw(None, line=SCALE * self.style["lineWidth"])

    def fill_rect(self, *box: float) -> None:
        self.begin_path()
        self.rect(*box)
        self.fill()

    def stroke_rect(self, *box: float) -> None:
        self.begin_path()
        self.rect(*box)
        self.stroke()

    def put_image_data(self, image: dict[str, Any], x: int, y: int) -> None:
        self.draw_image(image, x, y, image["width"], image["height"])

    def draw_image(
        self, image: dict[str, Any], x: float, y: float, width: float, height: float
    ) -> None:
        size = (image["width"], image["height"])
        whole = Image.frombytes("RGBA", size, bytes(image["data"]))
        wide, high = (round(SCALE * side) for side in (width, height))
        pixels = np.asarray(whole.resize((wide, high), Image.Resampling.BILINEAR))
        left, bottom = self.place.transform((x, y + height))
        self.renderer.draw_image(self.context(), left, bottom, pixels[::-1])

    def color(self, name: str) -> Any:
        """Return a color of the style, as the renderer wants it."""
        text = self.style[name]
        if channels := re.findall(r"\d+", text) if text.startswith("rgb") else None:
            text = [int(channel) / 255 for channel in channels]
        return to_rgba(text, self.style["globalAlpha"])

    def context(self) -> Any:
        """Return the renderer's own style, with the clip."""
        context = self.renderer.new_gc()
        if self.style["clip"]:
            context.set_clip_rectangle(self.style["clip"])
        return context

    def draw(self, face: Any, *, line: float) -> None:
        """Draw the path: filled with a color, or as a line."""
        context = self.context()
        context.set_linewidth(line)
        if line:
            context.set_foreground(self.color("strokeStyle"))
            context.set_joinstyle("round")
            context.set_capstyle("butt")
            if self.style["dash"]:
                context.set_dashes(0, [SCALE * part for part in self.style["dash"]])
        if self.points:
            path = Outline(self.points, self.codes)
            self.renderer.draw_path(context, path, self.place, face)
