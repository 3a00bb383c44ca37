"""The look of the book's figures, and one call for each kind of figure.

Every call takes `alt`, the sentence that says what the figure shows to those who cannot see it,
displays the figure with it, and returns nothing. Colors are Okabe and Ito's, which the color-blind
can tell apart; classes differ in their markers too.
"""

import base64
import functools
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from bookkit.shell import display
from nnfs_lib.history import History

# Imported where something is drawn: a page that runs cells fetches them only then.
if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#33373d"
NIGHT, MOON = "#16181b", "#d8dde3"  # the paper and the ink of photographs
DOTS_PER_INCH = 144
PAGE = 8.4  # inches: beyond this width a page would shrink a figure too far
STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#9aa0a8",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.prop_cycle": f"cycler(color={list(COLORS)})",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "grid.color": "#e6e8eb",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def styled(draw: Callable[P, None]) -> Callable[P, None]:
    """Let a function draw in the book's style; the settings of the reader's own figures stay."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **options: P.kwargs) -> None:
        try:
            import matplotlib
        except ModuleNotFoundError:  # a page that could not fetch it runs on without
            print("[No figure: matplotlib is not here.]")
        else:
            with matplotlib.rc_context(STYLE):
                draw(*args, **options)

    return drawn


def figure(
    columns: int = 1, *, width: float, height: float, **options: Any
) -> "tuple[Figure, Any]":
    """Return a figure in the book's style and its axes, side by side; sizes in inches."""
    from matplotlib.figure import Figure

    new = Figure(figsize=(width, height))
    return new, new.subplots(1, columns, **options)


def show(shown: "Figure", alt: str) -> None:
    """Display the figure as a PNG that carries its alternative text."""
    if len(alt) < 20:
        raise ValueError(f"alt is {alt!r}: say in a sentence what the figure shows.")
    from PIL import Image

    drawn, buffer = io.BytesIO(), io.BytesIO()
    shown.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    # A palette does for what is drawn, in a third of the bytes.
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            buffer, format="png", optimize=True
        )
    width, height = shown.get_size_inches()
    display(
        {
            "image/png": base64.b64encode(buffer.getvalue()).decode("ascii"),
            "text/plain": f"[Figure] {alt}",
        },
        metadata={
            "image/png": {
                "alt": alt,
                "width": int(width * 96),
                "height": int(height * 96),
            }
        },
        raw=True,
    )


def draw_points(
    axes: Any, X: np.ndarray, y: np.ndarray, *, size: float = 16, edge: float = 0.5
) -> None:
    """Draw points (n, 2), each class in its own color and marker."""
    for label in np.unique(y):
        chosen = X[y == label]
        axes.scatter(
            chosen[:, 0],
            chosen[:, 1],
            s=size,
            color=COLORS[label],
            marker=MARKERS[label],
            edgecolor="white",
            linewidth=edge,
            label=f"class {label}",
            zorder=3,
        )


def draw_regions(
    axes: Any,
    classify: Callable[[np.ndarray], np.ndarray],
    *,
    classes: int,
    extent: float = 1.15,
) -> None:
    """Color the square [-extent, extent] by the class that `classify` gives each place (n, 2) -> (n,).

    Where it gives probabilities, (n, classes), the color is the stronger the surer it is.
    """
    from matplotlib.colors import ListedColormap

    ticks = np.linspace(-extent, extent, 240, dtype=np.float32)
    places = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    answers, strength = np.asarray(classify(places)), np.full(len(places), 0.28)
    if answers.ndim == 2:
        sure = (answers.max(axis=1) * classes - 1) / (classes - 1)
        strength = 0.6 * np.round(12 * sure) / 12  # few shades make a small file
        answers = answers.argmax(axis=1)
    axes.imshow(
        answers.reshape(ticks.size, ticks.size),
        extent=(-extent, extent, -extent, extent),
        origin="lower",
        cmap=ListedColormap(COLORS[:classes]),
        vmin=0,
        vmax=classes - 1,
        alpha=strength.reshape(ticks.size, ticks.size),
        interpolation="nearest",
    )
    square(axes, extent)


def square(axes: Any, extent: float = 1.15) -> None:
    """Make the axes a square map of the plane, named after the two inputs."""
    axes.set(
        xlim=(-extent, extent),
        ylim=(-extent, extent),
        xlabel="$x_0$",
        ylabel="$x_1$",
        aspect="equal",
    )
    axes.grid(False)


@styled
def points(X: np.ndarray, y: np.ndarray, *, alt: str) -> None:
    """Show labeled points (n, 2) in the plane."""
    shown, axes = figure(width=5.6, height=4.2)
    draw_points(axes, X, y)
    square(axes)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(shown, alt)


def regions(
    classifiers: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    X: np.ndarray,
    y: np.ndarray,
    *,
    alt: str,
) -> None:
    """Show, side by side and by title, which class each classifier gives every place in the plane."""
    maps({title: (classify, X, y) for title, classify in classifiers.items()}, alt=alt)


@styled
def maps(
    panels: Mapping[
        str, tuple[Callable[[np.ndarray], np.ndarray], np.ndarray, np.ndarray]
    ],
    *,
    alt: str,
) -> None:
    """Show {title: (classifier, X, y)} side by side: the class of every place, and labeled points."""
    side = min(3.6, PAGE / len(panels))
    shown, all_axes = figure(
        len(panels), width=side * len(panels), height=side + 0.2, squeeze=False
    )
    for axes, (title, (classify, X, y)) in zip(
        all_axes[0], panels.items(), strict=True
    ):
        draw_regions(axes, classify, classes=int(y.max()) + 1)
        draw_points(axes, X, y, size=9)
        axes.set_title(title)
    show(shown, alt)


@styled
def zero_lines(
    weights: np.ndarray, biases: np.ndarray, X: np.ndarray, y: np.ndarray, *, alt: str
) -> None:
    """Show where each neuron of a layer with two inputs is zero; an arrow points to where it is positive.

    weights: (2, n_neurons); biases: (1, n_neurons).
    """
    shown, axes = figure(width=6.2, height=4.2)
    draw_points(axes, X, y, size=8)
    square(axes)
    for neuron, (direction, bias) in enumerate(zip(weights.T, biases[0], strict=True)):
        length = np.linalg.norm(direction)
        normal = direction / length
        foot = -bias / length * normal
        along = np.array([-normal[1], normal[0]])
        ends = np.stack([foot - 4 * along, foot + 4 * along])
        color = COLORS[(neuron + 3) % len(COLORS)]
        axes.plot(*ends.T, color=color, label=f"neuron {neuron} = 0", zorder=4)
        axes.annotate(
            "",
            foot + 0.35 * normal,
            foot,
            arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2},
            zorder=5,
        )
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(shown, alt)


@styled
def curves(
    panels: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
    *,
    x: str,
    y: str,
    alt: str,
    log: str = "",
    marker: str = "",
    same_y: bool = False,
) -> None:
    """Show curves {panel title: {label: (x, y)}} side by side; `log` names logarithmic axes, as in "xy"."""
    width = min(max(5.6, 3.7 * len(panels)), PAGE)
    height = min(3.3, 0.95 * width / len(panels))
    shown, all_axes = figure(
        len(panels), width=width, height=height, squeeze=False, sharey=same_y
    )
    styles = ("-", "--", "-.", ":")
    for axes, (title, lines) in zip(all_axes[0], panels.items(), strict=True):
        for index, (label, (xs, ys)) in enumerate(lines.items()):
            axes.plot(xs, ys, styles[index % len(styles)], label=label, marker=marker)
        axes.set(title=title, xlabel=x, ylabel=y)
        if "x" in log:
            axes.set_xscale("log")
        if "y" in log:
            axes.set_yscale("log")
        if len(lines) > 1:
            axes.legend()
    show(shown, alt)


@styled
def scatter(
    panels: Mapping[str, tuple[np.ndarray, np.ndarray]], *, x: str, y: str, alt: str
) -> None:
    """Show points {panel title: (x, y)} side by side, on the same axes, with a line at y = 0."""
    width = min(max(5.6, 3.7 * len(panels)), PAGE)
    shown, all_axes = figure(
        len(panels), width=width, height=3.2, squeeze=False, sharex=True, sharey=True
    )
    for axes, (title, (xs, ys)) in zip(all_axes[0], panels.items(), strict=True):
        axes.axhline(0, color=COLORS[1], linestyle="--")
        axes.plot(np.ravel(xs), np.ravel(ys), "o", color=COLORS[0], markersize=4)
        axes.set(title=title, xlabel=x)
    all_axes[0][0].set_ylabel(y)
    show(shown, alt)


@styled
def histogram(
    values: np.ndarray, *, x: str, y: str, alt: str, line: float, line_label: str
) -> None:
    """Show how often values occur, with a dashed line at one value to compare with."""
    shown, axes = figure(width=5.6, height=3.2)
    axes.hist(values, bins=40, color=COLORS[0])
    axes.axvline(line, color=COLORS[1], linestyle="--", label=line_label)
    axes.set(xlabel=x, ylabel=y)
    axes.legend()
    show(shown, alt)


@styled
def histograms(
    panels: Mapping[str, np.ndarray], *, x: str, y: str, alt: str, log: bool = False
) -> None:
    """Show how often values occur, {title: values} side by side, in the same bins; `log` is for counts."""
    width = min(max(5.6, 2.8 * len(panels)), PAGE)
    shown, all_axes = figure(
        len(panels), width=width, height=2.9, squeeze=False, sharex=True, sharey=True
    )
    reach = max(float(np.abs(values).max()) for values in panels.values())
    bins = np.linspace(-reach, reach, 62)
    for axes, (title, values) in zip(all_axes[0], panels.items(), strict=True):
        axes.hist(np.ravel(values), bins=list(bins), color=COLORS[0], log=log)
        axes.set(title=title, xlabel=x)
    all_axes[0][0].set_ylabel(y)
    show(shown, alt)


@styled
def cells(panels: Mapping[str, np.ndarray], *, x: str, y: str, alt: str) -> None:
    """Show matrices {title: (rows, columns)} side by side: white for 0, the darker the larger."""
    width = min(4.2 * len(panels), PAGE)
    shown, all_axes = figure(len(panels), width=width, height=2.7, squeeze=False)
    highest = max(float(matrix.max()) for matrix in panels.values())
    for axes, (title, matrix) in zip(all_axes[0], panels.items(), strict=True):
        axes.imshow(matrix, cmap="Blues", vmin=0, vmax=1.15 * highest, aspect="auto")
        axes.set(title=title, xlabel=x)
        axes.grid(False)
    all_axes[0][0].set_ylabel(y)
    show(shown, alt)


@styled
def bars(panels: Mapping[str, Mapping[str, float]], *, y: str, alt: str) -> None:
    """Show bars {panel title: {label: height}} side by side, each with its height in figures."""
    shown, all_axes = figure(
        len(panels), width=3.2 * len(panels), height=3.0, squeeze=False, sharey=True
    )
    for axes, (title, heights) in zip(all_axes[0], panels.items(), strict=True):
        drawn = axes.bar(
            list(heights), list(heights.values()), color=COLORS[: len(heights)]
        )
        axes.bar_label(drawn, fmt="%.2f")
        axes.set(title=title)
        axes.grid(False)
    all_axes[0][0].set_ylabel(y)
    show(shown, alt)


@styled
def ranges(
    panels: Mapping[str, Mapping[str, Sequence[float]]], *, x: str, alt: str
) -> None:
    """Show values {panel title: {label: values}} as rows: a dot for each, and a bar at their median."""
    rows = max(len(lines) for lines in panels.values())
    shown, all_axes = figure(
        len(panels),
        width=PAGE,
        height=0.24 * rows + 0.9,
        squeeze=False,
        sharex=True,
        sharey=len({tuple(lines) for lines in panels.values()}) == 1,
    )
    for axes, (title, lines) in zip(all_axes[0], panels.items(), strict=True):
        for row, values in enumerate(lines.values()):
            places = np.full(len(values), row)
            axes.plot(values, places, "o", color=COLORS[0], alpha=0.4, markersize=4)
            middle = float(np.median(values))
            axes.plot([middle] * 2, [row - 0.35, row + 0.35], color=COLORS[1])
        axes.set(title=title, xlabel=x, ylim=(len(lines) - 0.5, -0.5))
        axes.set_yticks(range(len(lines)), list(lines))
        axes.grid(visible=False, axis="y")
    show(shown, alt)


@styled
def landscape(
    xs: np.ndarray,
    ys: np.ndarray,
    heights: np.ndarray,
    *,
    x: str,
    y: str,
    mark: tuple[float, float],
    alt: str,
) -> None:
    """Show heights (len(ys), len(xs)) over the plane as filled contours, with a cross at `mark`."""
    shown, axes = figure(width=5.6, height=4.2)
    filled = axes.contourf(xs, ys, heights, levels=18, cmap="cividis")
    axes.contour(xs, ys, heights, levels=18, colors="white", linewidths=0.4)
    shown.colorbar(filled, ax=axes, label="loss")
    axes.plot(
        *mark, marker="X", markersize=11, color=COLORS[1], markeredgecolor="white"
    )
    axes.set(xlabel=x, ylabel=y)
    axes.grid(False)
    show(shown, alt)


@styled
def paths(
    xs: np.ndarray,
    ys: np.ndarray,
    heights: np.ndarray,
    walks: Mapping[str, np.ndarray],
    *,
    x: str,
    y: str,
    alt: str,
) -> None:
    """Show paths {label: (steps, 2)} over heights (len(ys), len(xs)); each ends in its own marker."""
    shown, axes = figure(width=8.0, height=3.6)
    levels = np.quantile(heights, np.linspace(0, 1, 15))
    axes.contour(xs, ys, heights, levels=levels, colors="#b9bec6", linewidths=0.8)
    for index, (label, walk) in enumerate(walks.items()):
        color, marker = COLORS[index], MARKERS[index]
        axes.plot(*walk.T, color=color, linewidth=1.2, marker=".", markersize=4)
        axes.plot(
            *walk[-1], color=color, marker=marker, markersize=9, markeredgecolor="white"
        )
        axes.plot([], [], color=color, marker=marker, label=label)
    axes.plot(*walks[next(iter(walks))][0], "o", color=INK, markersize=7, label="start")
    axes.set(
        xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), xlabel=x, ylabel=y, aspect="equal"
    )
    axes.grid(False)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    show(shown, alt)


@styled
def history(histories: Mapping[str, History], *, alt: str, log: bool = False) -> None:
    """Show {label: History}: losses in one panel and accuracies in another, by epoch.

    Validation is dashed, in the color of its training. `log` is for the loss. It is the data loss: only
    that can be compared with a validation loss, which has no penalty in it.
    """
    shown, all_axes = figure(2, width=PAGE, height=3.3)
    for axes, title, measured, validated in (
        (all_axes[0], "Loss", "data_loss", "val_loss"),
        (all_axes[1], "Accuracy", "accuracy", "val_accuracy"),
    ):
        for color, (label, each) in zip(COLORS, histories.items(), strict=False):
            for name, style in ((measured, "-"), (validated, "--")):
                values = getattr(each, name)
                epochs = np.arange(1, len(values) + 1)
                name_once = label if style == "-" else None
                axes.plot(epochs, values, style, color=color, label=name_once)
        dashed = any(getattr(each, validated) for each in histories.values())
        axes.set(title=title + " (dashed: validation)" * dashed, xlabel="epoch")
    if log:
        all_axes[0].set_yscale("log")
    all_axes[1].legend()
    show(shown, alt)


@styled
def pictures(
    images: np.ndarray,
    titles: Sequence[str],
    *,
    alt: str,
    columns: int = 5,
    signed: bool = False,
) -> None:
    """Show gray pictures (n, height, width) in rows, each with its title.

    `signed` is for weights: white is 0, blue is below, red above, each picture by its own largest.
    """
    from matplotlib.figure import Figure

    rows = -(-len(images) // columns)
    side = PAGE / columns
    size = (PAGE, rows * (side + (0.3 if any(titles) else 0)))
    # Photographs hang on a dark wall, by day and by night: the page turns only what is drawn on white.
    shown = Figure(figsize=size, facecolor="white" if signed else NIGHT)
    for axes, image, title in zip(
        shown.subplots(rows, columns, squeeze=False).flat, images, titles, strict=False
    ):
        reach = float(np.abs(image).max()) if signed else None
        low = -reach if reach else 0
        axes.imshow(
            image, cmap="RdBu_r" if signed else "gray", vmin=low, vmax=reach or 255
        )
        axes.set_title(title, fontsize=8, color=INK if signed else MOON)
    for axes in shown.axes:
        axes.set_axis_off()
    show(shown, alt)


@styled
def confusion(counts: np.ndarray, names: Sequence[str], *, alt: str) -> None:
    """Show how often each true class (rows) was taken for each class (columns), with its numbers."""
    shown, axes = figure(width=7.0, height=5.6)
    # What is right would outshine everything else.
    wrong = counts - np.diag(np.diag(counts))
    # Light grays only: with the page turned dark they are dark ones, below numbers that stay readable.
    axes.imshow(wrong, cmap="Greys", vmin=0, vmax=3 * wrong.max())
    for (row, column), count in np.ndenumerate(counts):
        weight = "bold" if row == column else "normal"
        axes.text(
            column, row, str(count), ha="center", va="center", fontsize=8, weight=weight
        )
    places = np.arange(len(names))
    axes.set_xticks(places, names, rotation=40, ha="right")
    axes.set_yticks(places, names)
    axes.set(xlabel="taken for", ylabel="really")
    axes.grid(False)
    show(shown, alt)


@styled
def strip(
    vector: np.ndarray, parts: Sequence[tuple[str, np.ndarray]], *, alt: str
) -> None:
    """Show a vector (n,) as a strip of cells, and below each part of it the same cells as a matrix.

    parts: in the vector's order, what each belongs to and its matrix.
    """
    shown, axes = figure(width=PAGE, height=3.0)
    reach = float(np.abs(vector).max())
    start = 0
    for number, (label, matrix) in enumerate(parts):
        rows, columns = matrix.shape
        end, color = start + matrix.size, COLORS[number % len(COLORS)]
        middle = (start + end) / 2
        for values, left, top in (
            (vector[np.newaxis, start:end], start, 1.0),
            (matrix, middle - columns / 2, -1.5),
        ):
            axes.pcolormesh(
                left + np.arange(values.shape[1] + 1),
                top - np.arange(values.shape[0] + 1),
                values,
                cmap="RdBu_r",
                vmin=-reach,
                vmax=reach,
                edgecolors="#9aa0a8",
                linewidth=0.6,
            )
        axes.plot([start + 0.1, end - 0.1], [-0.5, -0.5], color=color, linewidth=4)
        axes.text(middle, 1.4, label, ha="center", color=color, fontsize=9)
        size = f"{rows} x {columns}"
        axes.text(middle, -1.8 - rows, size, ha="center", va="top", fontsize=9)
        start = end
    axes.set(xlim=(-0.5, len(vector) + 0.5), ylim=(-7.2, 3.6), aspect="equal")
    axes.set_axis_off()
    show(shown, alt)


@styled
def grids(
    panels: Mapping[str, Sequence[Sequence[float]]],
    *,
    signs: Sequence[str],
    alt: str,
    marks: Mapping[str, tuple[int, int, int, int]] | None = None,
) -> None:
    """Show small tables of numbers {title: rows} in a row, with a sign between any two.

    marks: {title: (row, column, height, width)}, cells with a frame around them.
    """
    widths = [len(rows[0]) for rows in panels.values()]
    tallest = max(len(rows) for rows in panels.values())
    gap = 1.6
    across = sum(widths) + gap * (len(widths) - 1)
    shown, axes = figure(width=0.62 * across + 0.6, height=0.62 * tallest + 0.9)
    left = 0.0
    for number, (title, rows) in enumerate(panels.items()):
        down = (tallest - len(rows)) / 2
        for (row, column), value in np.ndenumerate(np.asarray(rows)):
            place = left + column, -(down + row) - 1
            axes.add_patch(_rectangle(place, 1, 1, edgecolor="#9aa0a8", linewidth=0.8))
            text = f"{value:g}".replace("-", "\N{MINUS SIGN}")
            axes.text(place[0] + 0.5, place[1] + 0.5, text, ha="center", va="center")
        if title in (marks or {}):
            row, column, height, width = (marks or {})[title]
            corner = left + column, -(down + row) - height
            frame = _rectangle(corner, width, height, edgecolor=COLORS[1], linewidth=3)
            axes.add_patch(frame)
        axes.text(left + widths[number] / 2, 0.25 - down, title, ha="center")
        left += widths[number]
        if number < len(signs):
            axes.text(
                left + gap / 2, -tallest / 2, signs[number], ha="center", va="center"
            )
        left += gap
    axes.set(xlim=(-0.3, across + 0.3), ylim=(-tallest - 0.2, 0.8), aspect="equal")
    axes.set_axis_off()
    show(shown, alt)


def _rectangle(
    corner: tuple[float, float], width: float, height: float, **look: Any
) -> Any:
    """Return an empty rectangle, from its lower left corner."""
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, fill=False, **look)


@styled
def network(
    layers: Sequence[Sequence[str]],
    *,
    alt: str,
    titles: Sequence[str] = (),
    weights: Sequence[Sequence[Sequence[float | None]]] | None = None,
    biases: Sequence[Sequence[float]] | None = None,
) -> None:
    """Draw a network: a circle for each name, layer by layer, and a line for each weight.

    weights: for each step from layer to layer a matrix, one row an input, written on the lines, None
    where there is none;
    biases: for each layer but the first a number a circle, written below it.
    """
    most = max(len(names) for names in layers)
    width = min(2.6 * len(layers) + 0.8, PAGE)
    shown, axes = figure(width=width, height=0.85 * most + 0.9)
    places = [
        [(2.6 * column, (len(names) - 1) / 2 - row) for row in range(len(names))]
        for column, names in enumerate(layers)
    ]
    for step, (before, after) in enumerate(pairwise(places)):
        for i, one in enumerate(before):
            for j, other in enumerate(after):
                if weights is not None and weights[step][i][j] is None:
                    continue
                axes.plot(*zip(one, other, strict=True), color="#9aa0a8", zorder=1)
                if weights is not None:
                    x, y = (
                        0.55 * a + 0.45 * b for a, b in zip(one, other, strict=True)
                    )
                    axes.text(
                        *(
                            x,
                            y,
                            f"{weights[step][i][j]:g}".replace("-", "\N{MINUS SIGN}"),
                        ),
                        **{"ha": "center", "va": "center", "fontsize": 9, "zorder": 2},
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
                    )
    for column, names in enumerate(layers):
        for row, name in enumerate(names):
            x, y = places[column][row]
            color = COLORS[5] if column == 0 else COLORS[4]
            axes.scatter(x, y, s=520, color=color, edgecolor=INK, zorder=3)
            side = {0: -1, len(layers) - 1: 1}.get(column, 0)
            if side:
                away, ha = x + 0.3 * side, "right" if side < 0 else "left"
                axes.text(away, y, name, ha=ha, va="center", zorder=4)
            else:
                axes.text(x, y, name, ha="center", va="center", fontsize=9, zorder=4)
            if biases is not None and column:
                text = f"bias {biases[column - 1][row]:g}".replace(
                    "-", "\N{MINUS SIGN}"
                )
                axes.text(x, y - 0.42, text, ha="center", va="center", fontsize=9)
        if titles:
            axes.text(2.6 * column, most / 2 + 0.15, titles[column], ha="center")
    axes.set(
        xlim=(-1.3, 2.6 * (len(layers) - 1) + 1.3), ylim=(-most / 2, most / 2 + 0.4)
    )
    axes.set_axis_off()
    show(shown, alt)


@styled
def tape(end: Any, names: Mapping[str, Any], *, alt: str) -> None:
    """Draw the tape behind a tensor of lab *Gradients by themselves*: its ways back as arrows.

    Each box is a tensor, with its name or the operation that made it, and its shape. From left to
    right by depth, but a leaf stands next to where it is used. names: {name: tensor}.
    """
    found, column = [end], {id(end): end.depth}
    for tensor in found:  # which grows meanwhile
        for source, *_ in tensor.ways:
            if id(source) not in column:
                found.append(source)
                column[id(source)] = source.depth or tensor.depth - 1
            elif not source.depth:
                column[id(source)] = min(column[id(source)], tensor.depth - 1)
    columns = [[t for t in found if column[id(t)] == n] for n in range(end.depth + 1)]
    most = max(map(len, columns))
    width = min(1.45 * len(columns), PAGE)
    shown, axes = figure(width=width, height=0.85 * most + 0.3)
    named = {id(tensor): name for name, tensor in names.items()}
    boxes = {}
    for x, several in enumerate(columns):
        for row, tensor in enumerate(several):
            leaf = not tensor.ways
            made_by = "leaf" if leaf else tensor.ways[0][1].__qualname__.split(".")[0]
            name = named.get(id(tensor), made_by.strip("_"))
            size = str(tuple(tensor.shape)) if tensor.shape else "a number"
            boxes[id(tensor)] = axes.text(
                *(x, (len(several) - 1) / 2 - row, f"{name}\n{size}"),
                **{"ha": "center", "va": "center", "fontsize": 9},
                bbox={
                    "boxstyle": "round,pad=0.35",
                    "facecolor": "#d9ecf8" if leaf else "#fbeed3",
                    "edgecolor": INK,
                    "linewidth": 0.8,
                },
            )
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-most / 2 - 0.1, most / 2 + 0.1))
    axes.set_axis_off()
    shown.draw_without_rendering()  # an arrow ends at a box, whose size is known now
    for tensor in found:
        for source, *_ in tensor.ways:
            after, before = boxes[id(tensor)], boxes[id(source)]
            axes.annotate(
                "",
                before.get_position(),
                after.get_position(),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": INK,
                    "patchA": after.get_bbox_patch(),
                    "patchB": before.get_bbox_patch(),
                    "shrinkB": 3,
                },
            )
    show(shown, alt)
