"""The landing page's picture: a network that learns the spiral by trial and error, frame by frame.

It is chapter 3's experiment, run for longer: change one hidden neuron at random, keep what lowers the loss.
"""

import argparse
import io
import json
import sys
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import nnfs_lib as nn
from bookkit.plots import draw_points, draw_regions

# As dense layers of the early chapters begin.
SMALL = nn.normal(0.01)

COLUMNS, ROWS, PIXELS = 6, 4, 320
FIRST_LOOK, TRIES = 100, 300_000
ALT = (
    "A map of the plane, colored by the network's answer, under three spiral arms of points: "
    "its borders follow the arms."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to and the length of the run."""
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path("assets"),
        help="where hero.png and hero.json go",
    )
    parser.add_argument(
        "--tries", type=int, default=TRIES, help=f"changes to try (default: {TRIES:,})"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run the search and write its frames as one picture, and what they show as JSON."""
    if arguments.tries < FIRST_LOOK:
        print(
            f"--tries is {arguments.tries}: give at least {FIRST_LOOK}.",
            file=sys.stderr,
        )
        return 1
    moments = [
        0,
        *np.geomspace(FIRST_LOOK, arguments.tries, COLUMNS * ROWS - 1)
        .round(-1)
        .astype(int)
        .tolist(),
    ]
    search = Search()
    sheet = Figure(figsize=(COLUMNS, ROWS), dpi=PIXELS)
    frames = []
    for index, moment in enumerate(moments):
        search.run_until(moment)
        accuracy = nn.CategoricalAccuracy().calculate(
            search.predict(search.X), search.y
        )
        frames.append(
            {
                "tries": moment,
                "loss": round(search.best, 4),
                "accuracy": round(accuracy, 4),
            }
        )
        row, column = divmod(index, COLUMNS)
        axes = sheet.add_axes(
            (column / COLUMNS, 1 - (row + 1) / ROWS, 1 / COLUMNS, 1 / ROWS)
        )
        draw_regions(
            axes, lambda places: search.predict(places).argmax(axis=1), classes=3
        )
        draw_points(axes, search.X, search.y, size=2.4, edge=0.15)
        axes.set_axis_off()
        print(
            f"{moment:7,} tries: loss {search.best:.3f}, accuracy {accuracy:.1%}",
            flush=True,
        )
    with matplotlib.rc_context({"savefig.facecolor": "white"}):
        buffer = io.BytesIO()
        sheet.savefig(buffer, format="png")
    # A palette: a third of the bytes, and no difference that one can see.
    Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(
        arguments.folder / "hero.png", optimize=True
    )
    description = {"columns": COLUMNS, "alt": ALT, "frames": frames}
    (arguments.folder / "hero.json").write_text(
        json.dumps(description, indent=1) + "\n", encoding="utf-8"
    )
    return 0


class Search:
    """A 2-64-3 network, and the loss that it has come down to."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(5)
        self.X, self.y = nn.spiral_data(100, 3, rng=0)
        self.hidden, self.output = (
            nn.Dense(2, 64, initializer=SMALL, rng=self.rng),
            nn.Dense(64, 3, initializer=SMALL, rng=self.rng),
        )
        self.best, self.tries = self.loss(), 0

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        """Return probabilities, (batch, 3)."""
        hidden = nn.ReLU().forward(self.hidden.forward(inputs))
        return nn.Softmax().forward(self.output.forward(hidden))

    def loss(self) -> float:
        """Return the loss of the network as it stands."""
        return nn.CategoricalCrossentropy().calculate(self.predict(self.X), self.y)

    def run_until(self, tries: int) -> None:
        """Go on until `tries` changes have been tried since the start."""
        for _ in range(tries - self.tries):
            neuron = self.rng.integers(64)
            parts = (
                self.hidden.weights[:, neuron],
                self.hidden.biases[:, neuron],
                self.output.weights[neuron],
            )
            kept = [part.copy() for part in parts]
            for part in parts:
                part += 0.3 * self.rng.standard_normal(part.shape)
            now = self.loss()
            if now < self.best:
                self.best = now
                continue
            for part, old in zip(parts, kept, strict=True):
                part[:] = old
        self.tries = tries
