"""A small picture of each chapter for the landing page: its first explorer's, as the front-end draws it.

The front-end runs without a browser, as MathJax does in typeset.py, and says what it would do to a canvas;
canvas.py does that. A chapter without an explorer of that kind shows the middle of its first figure.
"""

import base64
import io
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageOps
from py_mini_racer import MiniRacer

from bookkit.explore.explorer import FRONT
from bookkit.explore.sheet import unpack
from bookkit.site.canvas import SCALE, Canvas
from bookkit.site.explorers import STATE

FOLDER = "thumbnails"
SHOWN = 72  # CSS pixels of a side
PIXELS = 2 * SHOWN
VIEW = "application/vnd.jupyter.widget-view+json"
# The canvas' side in CSS pixels; what is not named here has boxes of a fixed size.
SIDES = {"map": 150, "bars": 130, "chart": 170}

# The little of a browser that the drawings need, and a canvas that writes down what is asked of it.
BROWSER = """
globalThis.getComputedStyle = () => ({ color: "rgb(31, 35, 40)" });
globalThis.ImageData = class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};
globalThis.document = {
  createElement() {
    const canvas = { getContext: () => ({ putImageData: (image) => Object.assign(canvas, image) }) };
    return canvas;
  },
};
const plain = (given) => (given?.data ? { ...given, data: [...given.data] } : given);
const draw = (pane, fields, position, side) => {
  const calls = [];
  const context = new Proxy({}, {
    get: (_, name) =>
      name === "measureText"
        ? (text) => ({ width: 6 * String(text).length })
        : (...given) => given.some(Number.isNaN) || calls.push([name, given.map(plain)]), // as a canvas does
    set: (_, name, value) => calls.push(["set", [name, value]]),
  });
  const canvas = { clientWidth: side, clientHeight: side, getContext: () => context };
  const read = ([name, [spec, bytes]]) => [name, readArray(spec, Uint8Array.from(bytes), 0)[0]];
  const arrays = Object.fromEntries(Object.entries(fields).map(read));
  const plot = drawings[pane.kind](makeBrush(canvas), pane, arrays, position);
  const { left = 0, top = 0, width = side, height = side } = plot ?? {};
  return { calls, box: [left, top, left + width, top + height] };
};
"""


class Source(NamedTuple):
    """What a thumbnail shows: the state of an explorer and its sheet, or else a figure."""

    state: dict[str, Any]
    sheet: bytes = b""
    figure: bytes = b""
    photo: bool = False  # a figure that keeps its colors in the dark


def source_of(path: Path) -> Source:
    """Return what the notebook's thumbnail shows: its first explorer of a recipe, or its first figure."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    models = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    figure = None
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            model = models.get(data.get(VIEW, {}).get("model_id"), {})
            state = model.get("state", {})
            if "panes" in state:
                (sheet,) = model["buffers"]
                return Source(state, base64.b64decode(sheet["data"]))
            if "image/png" in data and not figure:
                image = cell["metadata"].get("mystnb", {}).get("image", {})
                png = base64.b64decode(data["image/png"])
                figure = Source({}, b"", png, "photo" in image.get("classes", ""))
    if figure is None:
        raise ValueError(f"{path} has neither an explorer nor a figure to show.")
    return figure


def write_files(chapters: Path, static: Path) -> None:
    """Write the thumbnail of each chapter, NAME.webp, into the site's static folder."""
    front = MiniRacer()
    drawings = FRONT.replace("\nexport default { render };", BROWSER)
    front.eval(f"(() => {{ {drawings}\nglobalThis.draw = draw; }})()")
    (static / FOLDER).mkdir(exist_ok=True)
    for path in sorted(chapters.glob("[0-9]*.ipynb")):
        image = picture(front, source_of(path)).convert("RGB")
        small = ImageOps.fit(image, (PIXELS, PIXELS), Image.Resampling.LANCZOS)
        small.save(static / FOLDER / f"{path.stem}.webp", quality=60, method=6)


def picture(front: MiniRacer, source: Source) -> Image.Image:
    """Return a figure, or the first pane of an explorer where it starts."""
    if source.figure:
        return Image.open(io.BytesIO(source.figure))
    state = source.state
    pane = state["panes"][0]
    side = SIDES.get(pane["kind"], 380)
    fields = first_frame(state, source.sheet)
    found = front.call("draw", pane, fields, state["position"], side)
    canvas = Canvas(side)
    canvas.replay(found["calls"])
    box = [round(SCALE * end) for end in found["box"]]
    return canvas.image().crop(tuple(box))


def first_frame(state: dict[str, Any], sheet: bytes) -> dict[str, Any]:
    """Return name -> [what the front-end knows of the array, its bytes], where the explorer starts."""
    header, data = unpack(sheet)
    index = 0
    for axis in state["axes"]:
        place = axis["values"].index(state["position"][axis["name"]])
        index = index * len(axis["values"]) + place
    arrays, offset = {}, 0
    for part, frames in (("fields", len(header["words"])), ("constants", 1)):
        for name, spec in header[part].items():
            size = math.prod(spec["shape"]) * (4 if spec["exact"] else 1)
            start = offset + size * (index if frames > 1 else 0)
            arrays[name] = [spec, list(data[start : start + size])]
            offset += size * frames
    return arrays
