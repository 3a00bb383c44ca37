"""What an explorer shows: its axes, its panes, and how a frame is computed from a position."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

Value = float | str
Position = dict[str, Value]


class Frame(NamedTuple):
    """What an explorer shows at one position: arrays by name, and the same in words."""

    arrays: Mapping[str, np.ndarray]
    words: str


@dataclass(frozen=True)
class Axis:
    """One thing under the reader's hand.

    values: those on the grid, numbers in rising order, or words to choose from.
    more: further values that a kernel offers; a number may be any between the smallest and the largest.
    form: how a value reads, for example "{:.1f}"; unit: what stands behind it.
    """

    name: str
    label: str
    values: tuple[Value, ...]
    start: Value
    more: tuple[Value, ...] = ()
    form: str = "{}"
    unit: str = ""

    def __post_init__(self) -> None:
        if self.start not in self.values:
            raise ValueError(
                f"Axis {self.name} starts at {self.start!r}, which is not one of its values."
            )

    @property
    def words(self) -> bool:
        """Whether one chooses among words instead of moving along numbers."""
        return isinstance(self.start, str)

    @property
    def offered(self) -> tuple[Value, ...]:
        """All values that a kernel offers."""
        every = dict.fromkeys((*self.values, *self.more))
        return tuple(every) if self.words else tuple(sorted(every))

    def text(self, value: Value) -> str:
        """Return the value as the reader sees it."""
        shown = self.form.format(value).replace("-", "\N{MINUS SIGN}")
        return f"{shown} {self.unit}".strip() if not self.words else str(value)

    def check(self, value: Any) -> Value:
        """Return the value, or raise a ValueError that says which there are."""
        if self.words:
            if value not in self.offered:
                known = ", ".join(map(repr, self.offered))
                raise ValueError(f"{self.name} is {value!r}: choose one of {known}.")
            return str(value)
        low, high = float(self.offered[0]), float(self.offered[-1])
        if not isinstance(value, Real) or not low <= float(value) <= high:
            raise ValueError(
                f"{self.name} is {value!r}: give a number from {low:g} to {high:g}."
            )
        # Where every value on offer is whole, none between them makes sense.
        whole = all(isinstance(each, int) for each in self.offered)
        return round(float(value)) if whole else float(value)

    def describe(self) -> dict[str, Any]:
        """Return what the front-end knows of the axis."""
        return {
            "name": self.name,
            "label": self.label,
            "words": self.words,
            "start": self.start,
            "values": list(self.values),
            "texts": [self.text(value) for value in self.values],
            "offered": list(self.offered),
            "offeredTexts": [self.text(value) for value in self.offered],
        }


@dataclass(frozen=True)
class Field:
    """How an array travels: a byte a number between `low` and `high`, or exactly, as float32.

    gaps: the byte 255 stands for NaN, and numbers go one step less far.
    """

    low: float = 0.0
    high: float = 255.0
    exact: bool = False
    gaps: bool = False

    @property
    def step(self) -> float:
        """The distance of two neighboring numbers that a byte can tell apart."""
        return (self.high - self.low) / 255

    def encode(self, array: np.ndarray) -> bytes:
        """Return the array's bytes; numbers beyond the range become its ends."""
        if self.exact:
            return np.asarray(array, dtype="<f4").tobytes()
        none = np.isnan(array)
        if none.any() and not self.gaps:
            raise ValueError(
                "A byte holds no NaN: declare the field as exact, or with gaps."
            )
        scaled = (np.asarray(array, dtype=np.float64) - self.low) / self.step
        codes = np.clip(np.rint(scaled), 0, 254 if self.gaps else 255)
        return np.where(none, 255, codes).astype(np.uint8).tobytes()

    def decode(self, data: bytes, shape: tuple[int, ...]) -> np.ndarray:
        """Return the numbers that `encode` kept."""
        if self.exact:
            return np.frombuffer(data, dtype="<f4").reshape(shape)
        codes = np.frombuffer(data, dtype=np.uint8).reshape(shape)
        numbers = self.low + codes * self.step
        return np.where(codes == 255, np.nan, numbers) if self.gaps else numbers

    def describe(self, shape: tuple[int, ...]) -> dict[str, Any]:
        """Return what the front-end needs to decode an array of that shape."""
        return {
            "shape": list(shape),
            "exact": self.exact,
            "low": self.low,
            "high": self.high,
            **({"gaps": True} if self.gaps else {}),
        }


EXACT = Field(exact=True)


@dataclass(frozen=True)
class Recipe:
    """All there is to know of an explorer.

    compute: position -> Frame, by keyword; the arrays' names are those of `fields`.
    constants: arrays that are the same in every frame of the grid. play: the axis that Play moves
    along, a step every `pace` milliseconds; if it trains, the axis counts epochs, and
    Play shows one after the other as they come. engine: what the front-end needs to
    compute by itself what is not on the grid, {"kind": ..., ...}.
    panes: what is drawn, each a dictionary as `front/panes.js` describes it.
    """

    title: str
    axes: tuple[Axis, ...]
    panes: tuple[dict[str, Any], ...]
    fields: dict[str, Field]
    compute: Callable[..., Frame]
    play: str
    pace: int = 450  # milliseconds between two steps
    trains: bool = False
    engine: dict[str, Any] | None = None
    constants: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many frames the grid has."""
        return math.prod(len(axis.values) for axis in self.axes)

    def positions(self) -> Iterator[Position]:
        """Yield every position of the grid; the last axis moves fastest."""
        names = [axis.name for axis in self.axes]
        for values in itertools.product(*(axis.values for axis in self.axes)):
            yield dict(zip(names, values, strict=True))

    def start(self) -> Position:
        """Return where the reader begins."""
        return {axis.name: axis.start for axis in self.axes}

    def check(self, position: Mapping[str, Any]) -> Position:
        """Return the whole position, or raise a ValueError that says what is wrong with it."""
        known = {axis.name: axis for axis in self.axes}
        unknown = sorted(set(position) - set(known))
        if unknown:
            raise ValueError(
                f"There is no {unknown[0]!r} here: the axes are {', '.join(known)}."
            )
        return {
            name: axis.check(position.get(name, axis.start))
            for name, axis in known.items()
        }
