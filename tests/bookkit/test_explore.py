"""The explorers' machinery: axes and fields, sheets and their cache, and the talk with the page."""

import asyncio
import importlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bookkit.__main__ import main
from bookkit.explore import code, keep
from bookkit.explore import sheet as sheets
from bookkit.explore.explorer import Explorer
from bookkit.explore.recipe import EXACT, Axis, Field, Frame, Recipe

MINUS = "\N{MINUS SIGN}"


def number(**changes: Any) -> Axis:
    how = {"values": (-1.0, 0.0, 1.0), "start": 0.0, "more": (0.5,), **changes}
    return Axis("slope", "Slope", **how)


def choice(**changes: Any) -> Axis:
    how = {"values": ("red", "blue"), "start": "blue", "more": ("green",), **changes}
    return Axis("color", "Color", **how)


def product(slope: float, color: str) -> Frame:
    """A frame that tells in which position it was computed."""
    code = {"red": 1.0, "blue": 2.0, "green": 3.0}[color]
    arrays = {"pair": np.array([slope, code]), "level": np.array([[slope]])}
    return Frame(arrays, f"{color} at {slope:g}")


def small(**changes: Any) -> Recipe:
    """A recipe of six frames."""
    how: dict[str, Any] = {
        "title": "Small",
        "axes": (number(), choice()),
        "panes": (),
        "fields": {"pair": EXACT, "level": Field(-1, 1)},
        "compute": product,
        "play": "slope",
        "constants": {"points": np.array([[1.5, 2.5]])},
    }
    return Recipe(**{**how, **changes})


class TestAxis:
    def test_a_start_that_is_none_of_its_values(self):
        expected = r"Axis slope starts at 0.5, which is not one of its values\."
        with pytest.raises(ValueError, match=expected):
            number(start=0.5)

    @pytest.mark.parametrize("value", [-1, 0.0, 0.25, np.float32(0.5), 1])
    def test_a_number_may_lie_between_the_values(self, value):
        assert number().check(value) == value
        assert type(number().check(value)) is float

    @pytest.mark.parametrize("value", [-1.01, 1.01, np.inf, np.nan, "0.5", "red"])
    def test_a_number_out_of_reach(self, value):
        message = rf"^slope is {re.escape(repr(value))}: give a number from -1 to 1\.$"
        with pytest.raises(ValueError, match=message):
            number().check(value)

    @pytest.mark.parametrize("value", [None, [0.5], {}])
    def test_no_number_at_all(self, value):
        with pytest.raises(ValueError, match="give a number from -1 to 1"):
            number().check(value)

    def test_more_values_reach_further(self):
        wide = number(more=(-3.0, 2.5))
        assert wide.check(-2.5) == -2.5
        with pytest.raises(ValueError, match=r"give a number from -3 to 2\.5"):
            wide.check(2.6)

    def test_whole_numbers_stay_whole(self):
        whole = number(values=(1, 2, 4), start=2, more=(8,))
        assert [whole.check(value) for value in (3, 6.8, 8.0)] == [3, 7, 8]
        assert type(whole.check(3.0)) is int

    def test_whole_values_with_more_between_them_are_no_whole_numbers(self):
        assert number(values=(0, 1), start=0, more=(0.5,)).check(0.5) == 0.5

    @pytest.mark.parametrize("word", ["red", "green"])
    def test_a_word_of_the_grid_or_of_more(self, word):
        assert choice().check(word) == word

    @pytest.mark.parametrize("word", ["Red", "", 0, None, ["red"]])
    def test_an_unknown_word(self, word):
        known = "choose one of 'red', 'blue', 'green'."
        message = rf"^color is {re.escape(repr(word))}: {re.escape(known)}$"
        with pytest.raises(ValueError, match=message):
            choice().check(word)

    def test_how_values_read(self):
        assert number(form="{:+.1f}", unit="m").text(-1.0) == f"{MINUS}1.0 m"
        assert number(form="{:g}").text(0.5) == "0.5"
        assert choice().text("red") == "red"

    def test_what_the_page_is_told(self):
        told = number(form="{:g}", more=(0.5, -2.0, 0.0)).describe()
        assert told == {
            "name": "slope",
            "label": "Slope",
            "words": False,
            "start": 0.0,
            "values": [-1.0, 0.0, 1.0],
            "texts": [f"{MINUS}1", "0", "1"],
            "offered": [-2.0, -1.0, 0.0, 0.5, 1.0],
            "offeredTexts": [f"{MINUS}2", f"{MINUS}1", "0", "0.5", "1"],
        }
        assert choice().describe()["words"] is True
        assert choice().describe()["offered"] == ["red", "blue", "green"]


class TestField:
    @given(
        st.tuples(st.floats(-1e6, 1e6), st.floats(0.001, 1e6)),
        arrays.arrays(float, arrays.array_shapes(max_dims=3), elements=st.floats(0, 1)),
    )
    def test_a_byte_is_at_most_half_a_step_off(self, ends, shares):
        low, width = ends
        how, numbers = Field(low, low + width), low + width * shares
        back = how.decode(how.encode(numbers), numbers.shape)
        assert back.shape == numbers.shape
        assert np.abs(back - numbers).max() <= width / 255 * 0.50001 + 1e-9 * abs(low)

    def test_bytes_by_hand(self):
        numbers = np.array([[-1.0, -0.99], [0.0, 1.0]])
        assert Field(-1, 1).encode(numbers) == bytes([0, 1, 128, 255])
        assert Field().encode(np.arange(256)) == bytes(range(256))
        back = Field(0, 51).decode(bytes([0, 5, 255]), (3,))
        np.testing.assert_allclose(back, [0, 1, 51])

    def test_beyond_the_range_are_its_ends(self):
        numbers = np.array([-7.0, 9.0, -np.inf, np.inf])
        assert Field(-1, 1).encode(numbers) == bytes([0, 255, 0, 255])

    def test_a_byte_holds_no_nan(self):
        expected = r"A byte holds no NaN: declare the field as exact, or with gaps\."
        with pytest.raises(ValueError, match=expected):
            Field().encode(np.array([1.0, np.nan]))

    def test_with_gaps_the_last_byte_is_nan(self):
        how, numbers = Field(0, 255, gaps=True), np.array([-1.0, 7.0, 254.0, np.nan])
        assert how.encode(np.array([*numbers, 255.0, np.inf])) == bytes(
            [0, 7, 254, 255, 254, 254]
        )
        back = how.decode(how.encode(numbers), (4,))
        np.testing.assert_array_equal(back, [0, 7, 254, np.nan])

    @given(arrays.arrays(np.float32, (2, 3), elements=st.floats(width=32)))
    def test_exact_is_float32_to_the_bit(self, numbers):
        data = EXACT.encode(numbers)
        assert data == struct.pack("<6f", *numbers.ravel())
        np.testing.assert_array_equal(EXACT.decode(data, (2, 3)), numbers)

    def test_what_the_page_is_told(self):
        told = Field(-2, 3).describe((4, 1))
        assert told == {"shape": [4, 1], "exact": False, "low": -2, "high": 3}
        assert EXACT.describe(())["exact"] is True
        assert Field(-2, 3, gaps=True).describe((4, 1)) == told | {"gaps": True}


class TestRecipe:
    def test_the_last_axis_moves_fastest(self):
        recipe = small()
        seen = [tuple(position.values()) for position in recipe.positions()]
        slopes = [-1.0, -1.0, 0.0, 0.0, 1.0, 1.0]
        assert seen == list(zip(slopes, ["red", "blue"] * 3, strict=True))
        assert recipe.size == 6
        assert recipe.start() == {"slope": 0.0, "color": "blue"}

    def test_what_a_position_leaves_out_is_at_the_start(self):
        assert small().check({"color": "green"}) == {"slope": 0.0, "color": "green"}
        assert small().check({}) == small().start()

    def test_an_unknown_axis(self):
        expected = r"There is no 'colour' here: the axes are slope, color\."
        with pytest.raises(ValueError, match=expected):
            small().check({"slope": 1.0, "colour": "red"})

    def test_an_axis_at_a_wrong_value(self):
        with pytest.raises(ValueError, match="slope is 2: give a number"):
            small().check({"slope": 2})


class TestSheet:
    @settings(max_examples=40)
    @given(
        st.dictionaries(st.text(), st.floats() | st.text(), max_size=4),
        st.lists(st.binary(), max_size=4),
    )
    def test_unpack_takes_out_what_pack_put_in(self, header, parts):
        found, data = sheets.unpack(sheets.pack(header, parts))
        assert repr(found) == repr(header)
        assert data == b"".join(parts)

    def test_the_format_is_the_documented_one(self):
        data = zlib.decompress(sheets.pack({"a": "\N{MINUS SIGN}"}, [b"one", b"two"]))
        [length] = struct.unpack_from("<I", data)
        assert json.loads(data[4 : 4 + length]) == {"a": "\N{MINUS SIGN}"}
        assert data[4 + length :] == b"onetwo"

    def test_one_field_of_all_frames_then_the_next_then_the_constants(self):
        header, data = sheets.unpack(sheets.compute(small()))
        pairs = [s for slope in (-1, 0, 1) for s in (slope, 1, slope, 2)]
        points = struct.pack("<2f", 1.5, 2.5)
        levels = bytes([0, 0, 128, 128, 255, 255])
        assert data == struct.pack("<12f", *pairs) + levels + points
        colors = ("red", "blue")
        assert header["words"] == [f"{c} at {s}" for s in (-1, 0, 1) for c in colors]
        assert header["fields"]["pair"]["shape"] == [2]
        assert header["fields"]["level"] == Field(-1, 1).describe((1, 1))
        assert header["constants"]["points"]["shape"] == [1, 2]

    def test_a_field_is_of_one_shape_everywhere(self):
        def growing(slope: float, color: str) -> Frame:
            return Frame({"row": np.zeros(2 if slope < 1 else 3)}, "")

        recipe = small(fields={"row": EXACT}, compute=growing)
        message = r"row is \(3,\) at {'slope': 1.0, 'color': 'red'}, and \(2,\) elsewhe"
        with pytest.raises(ValueError, match=message):
            sheets.compute(recipe)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own."""
    folder = tmp_path / "a/cache"
    monkeypatch.setitem(sheets.cached.__kwdefaults__, "folder", folder)
    return folder


class Builder:
    """Makes the same block each time, and counts."""

    block = sheets.pack({"made": "here"}, [b"x" * 500])

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> bytes:
        self.times += 1
        return self.block


class TestCache:
    def test_the_second_time_nothing_is_built(self, cache):
        build = Builder()
        assert [sheets.cached("a", build) for _ in range(3)] == [Builder.block] * 3
        assert build.times == 1
        assert sheets.cached("b", build) == Builder.block
        assert build.times == 2
        assert {path.name for path in cache.iterdir()} == {"a.block", "b.block"}

    @pytest.mark.parametrize(
        "damage",
        [
            lambda block: b"",
            lambda block: block[:-1],
            lambda block: block[: len(block) // 2],
            lambda block: b"\0" + block[1:],
            lambda block: block[:-3] + b"abc",
            lambda block: zlib.compress(struct.pack("<I", 4) + b"{nojson}"),
            lambda block: zlib.compress(b""),
        ],
    )
    def test_a_damaged_block_is_built_anew(self, cache, damage):
        sheets.cached("a", Builder())
        path = cache / "a.block"
        path.write_bytes(damage(path.read_bytes()))
        build = Builder()
        assert sheets.cached("a", build) == Builder.block
        assert build.times == 1
        assert path.read_bytes() == Builder.block

    def test_without_a_folder_to_write_to_it_is_built_each_time(self, cache):
        cache.parent.parent.mkdir(exist_ok=True)
        cache.parent.write_text("a file, where the folder would have to be")
        build = Builder()
        assert [sheets.cached("a", build) for _ in range(2)] == [Builder.block] * 2
        assert build.times == 2

    def test_a_recipe_is_computed_once(self, cache):
        places = []

        def counting(slope: float, color: str) -> Frame:
            places.append((slope, color))
            return product(slope, color)

        first, again = (sheets.sheet(small(compute=counting)) for _ in range(2))
        assert first == again == sheets.compute(small())
        assert len(places) == 6

    @pytest.mark.parametrize(
        "changes",
        [
            {"axes": (number(values=(-1.0, 0.0, 2.0)), choice())},
            {"axes": (choice(), number())},
            {"constants": {"points": np.array([[1.5, 2.625]])}},
            {"fields": {"pair": EXACT, "level": Field(-1, 2)}},
            {"fields": {"pair": EXACT, "level": EXACT}},
            {"compute": lambda **position: product(**position)},
        ],
        ids="-".join,
    )
    def test_a_changed_recipe_is_computed_anew(self, cache, changes):
        assert sheets.sheet(small()) == sheets.sheet(small())
        assert len(list(cache.iterdir())) == 1
        assert sheets.sheet(small(**changes)) == sheets.compute(small(**changes))
        assert len(list(cache.iterdir())) == 2


RECIPES = '''"""Recipes."""
import own_tools
from own_tools import double as twice, third

SIDE = 3
OTHER = 4


def frame(x):
    """Return a frame."""
    return twice(x) + own_tools.half(x) + SIDE  # in halves


def another():
    return third(OTHER)
'''
TOOLS = """
SCALE = {}
SCALE["half"] = 2


def double(x):
    return 2 * x


def half(x):
    return x / SCALE["half"]


def third(x):
    return x / 3
"""


class TestDigest:
    @pytest.fixture
    def digest(self, tmp_path, monkeypatch) -> Callable[..., str]:
        """A function that returns the digest of a frame, of which a piece of code is changed."""
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(code, "OWN", ("own_recipes", "own_tools"))
        for name in code.OWN:
            monkeypatch.delitem(sys.modules, name, raising=False)

        def digest(old: str = "", new: str = "") -> str:
            for name, text in (("own_recipes", RECIPES), ("own_tools", TOOLS)):
                (tmp_path / f"{name}.py").write_text(text.replace(old, new))
            code.definitions.cache_clear()
            code.defined.cache_clear()
            return sheets.digest_of([1], importlib.import_module("own_recipes").frame)

        return digest

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("own_tools.half(x) +", "own_tools.half(x) -"),
            ("SIDE = 3", "SIDE = 4"),
            ("2 * x", "3 * x"),
            ("SCALE = {}", "SCALE = dict()"),
            ('["half"] = 2', '["half"] = 3'),
            ("double as twice, third", "third as twice, third"),
        ],
    )
    def test_it_changes_with_all_that_a_frame_is_made_of(self, digest, old, new):
        before = digest()
        assert digest(old, new) != before
        assert digest() == before

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("# in halves", "# in parts"),
            ("Return a frame.", "Return this frame."),
            ("return 2 * x", "return (\n        2 * x\n    )"),
            ("OTHER = 4", "OTHER = 5"),
            ("x / 3", "x / 4"),
            ('"""Recipes."""', ""),
        ],
    )
    def test_it_stays_with_all_else(self, digest, old, new):
        assert digest(old, new) == digest()

    def test_it_changes_with_the_settings(self):
        assert sheets.digest_of([1], product) != sheets.digest_of([2], product)


class TestTheBooksBlocks:
    @pytest.fixture(autouse=True)
    def book(self, tmp_path, monkeypatch, cache) -> Path:
        """A book with one explorer, of which nothing is kept yet."""
        monkeypatch.setattr(sheets, "SHEETS", tmp_path / "sheets")
        one = keep.Kept(
            "small", sheets.digest(small()), lambda: sheets.compute(small())
        )
        monkeypatch.setattr(keep, "blocks", lambda: [one])
        return tmp_path / "sheets"

    def test_what_the_command_keeps_is_not_computed_again(self, book, cache, capsys):
        assert main(["explorers"]) == 0
        assert capsys.readouterr().out == "small: 0 KB\n"
        assert sheets.sheet(small()) == sheets.compute(small())
        assert not cache.exists()
        assert main(["explorers"]) == 0
        assert capsys.readouterr().out == ""

    def test_what_is_not_current_is_named_and_not_shown(self, book, cache, capsys):
        book.mkdir()
        (book / "small.block").write_bytes(b"of another recipe\nxyz")
        (book / "large.block").write_bytes(b"of none\nxyz")
        assert main(["explorers", "--check"]) == 1
        assert capsys.readouterr().out == (
            "Not current: small, large. Run `make explorers`.\n"
        )
        assert sheets.sheet(small()) == sheets.compute(small())
        assert len(list(cache.iterdir())) == 1
        assert main(["explorers"]) == 0
        assert [path.name for path in book.iterdir()] == ["small.block"]
        assert main(["explorers", "--check"]) == 0


# What an explorer and the page say to each other.

Message = tuple[dict[str, Any], list[bytes]]


def listen(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Return the list to which all that the explorer sends is added."""
    sent: list[Message] = []

    def send(content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        json.dumps(content)  # it has to travel
        sent.append((content, buffers or []))

    monkeypatch.setattr(explorer, "send", send)
    return sent


def say(explorer: Explorer, **message: Any) -> None:
    explorer._handle_custom_msg(message, [])


def talk(script: Callable[[], Awaitable[None]]) -> None:
    """Run the script in a loop as a kernel has one."""

    async def limited() -> None:
        async with asyncio.timeout(10):
            await script()

    asyncio.run(limited())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def kinds(sent: list[Message]) -> list[tuple[str, int | None]]:
    return [(message["kind"], message.get("id")) for message, _ in sent]


class Patient(Explorer):
    """Counts upwards in frames while one watches, for long, with a breath after each."""

    def _frames(
        self, position: dict[str, Any], watch: bool
    ) -> Iterator[tuple[dict[str, Any], Frame] | None]:
        for count in range(3000 if watch else 0):
            yield position, Frame({"pair": np.array([count, 0])}, f"{count}")
            yield None
        yield from super()._frames(position, watch)


class TestTalk:
    @pytest.fixture
    def explorer(self) -> Patient:
        return Patient(small(), block=b"")

    @pytest.fixture
    def sent(self, explorer: Patient, monkeypatch: pytest.MonkeyPatch) -> list[Message]:
        return listen(explorer, monkeypatch)

    def test_hello_is_answered_at_once(self, explorer, sent):
        say(explorer, kind="hello")
        assert sent == [({"kind": "ready"}, [])]

    def test_an_answer_is_the_frame_then_done(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=7, position={"slope": 0.25})
            await until(lambda: len(sent) == 2)

        talk(script)
        (frame, buffers), (done, _) = sent
        assert done == {"kind": "done", "id": 7}
        assert frame["kind"] == "frame"
        assert frame["id"] == 7
        assert frame["position"] == {"slope": 0.25, "color": "blue"}
        assert frame["words"] == "blue at 0.25"
        assert list(frame["fields"]) == ["pair", "level"]
        assert frame["fields"]["pair"]["exact"] is True
        assert frame["fields"]["level"] == Field(-1, 1).describe((1, 1))
        assert buffers == [struct.pack("<2f", 0.25, 2), bytes([159])]

    def test_an_array_without_a_field_travels_exactly(self, explorer, sent):
        found = Frame({"other": np.array([[0.5, np.nan]])}, "")
        explorer._send_frame(1, {}, found)
        [(frame, [data])] = sent
        assert frame["fields"]["other"]["exact"] is True
        assert frame["fields"]["other"]["shape"] == [1, 2]
        np.testing.assert_array_equal(np.frombuffer(data, "<f4"), [0.5, np.nan])

    def test_a_new_question_ends_the_one_before(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=1, position={}, watch=True)
            await until(lambda: len(sent) >= 3)
            say(explorer, kind="ask", id=2, position={})
            before = len(sent)
            await until(lambda: ("done", 2) in kinds(sent))
            await asyncio.sleep(0.01)
            assert kinds(sent[before:]) == [("frame", 2), ("done", 2)]

        talk(script)
        assert set(kinds(sent[:-2])) == {("frame", 1)}

    def test_stop_ends_the_answer_and_its_silence_is_all_it_says(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=3, position={}, watch=True)
            await until(lambda: len(sent) >= 2)
            say(explorer, kind="stop", id=3)
            before = len(sent)
            await asyncio.sleep(0.02)
            assert len(sent) == before

        talk(script)
        assert set(kinds(sent)) == {("frame", 3)}

    def test_stop_of_another_question_ends_nothing(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=3, position={}, watch=True)
            await until(lambda: len(sent) >= 2)
            say(explorer, kind="stop", id=2)
            before = len(sent)
            await until(lambda: len(sent) >= before + 3)
            say(explorer, kind="stop", id=3)

        talk(script)

    def test_after_stop_it_answers_again(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=1, position={}, watch=True)
            say(explorer, kind="stop", id=1)
            say(explorer, kind="ask", id=2, position={})
            await until(lambda: ("done", 2) in kinds(sent))

        talk(script)
        assert kinds(sent) == [("frame", 2), ("done", 2)]

    def test_other_work_goes_on_between_two_frames(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=1, position={}, watch=True)
            for _ in range(20):
                before = len(sent)
                await until(lambda before=before: len(sent) > before)
                assert len(sent) == before + 1
            say(explorer, kind="stop", id=1)

        talk(script)

    @pytest.mark.parametrize(
        ("position", "words"),
        [
            ({"height": 1}, "There is no 'height' here: the axes are slope, color."),
            ({"slope": 5}, "slope is 5: give a number from -1 to 1."),
            ({"color": None}, "color is None: choose one of"),
        ],
    )
    def test_a_position_that_is_none(self, explorer, sent, position, words):
        async def script() -> None:
            say(explorer, kind="ask", id=4, position=position)
            await until(lambda: len(sent) == 1)

        talk(script)
        [(message, _)] = sent
        assert (message["kind"], message["id"]) == ("error", 4)
        assert words in message["words"]

    def test_after_an_error_it_answers_again(self, explorer, sent):
        async def script() -> None:
            say(explorer, kind="ask", id=1, position={"slope": 5})
            await until(lambda: len(sent) == 1)
            say(explorer, kind="ask", id=2, position={"slope": 1})
            await until(lambda: len(sent) == 3)

        talk(script)
        assert kinds(sent) == [("error", 1), ("frame", 2), ("done", 2)]

    @pytest.mark.parametrize(
        ("file", "place"),
        [
            ("/tmp/ipykernel_12/3456.py", " (line 4 of refuse)"),
            ("<cell>", " (line 4 of refuse)"),
            ("/usr/lib/python3/someones.py", ""),
        ],
    )
    def test_an_error_says_where_in_the_readers_code_it_is(self, file, place):
        source = """
def refuse(slope):
    if slope != 1:
        raise ValueError("I only do one.")


def half(slope, color):
    refuse(slope)
"""
        names: dict[str, Any] = {}
        exec(compile(source, file, "exec"), names)
        explorer = Explorer(small(compute=names["half"]), block=b"")
        with pytest.MonkeyPatch.context() as patch:
            sent = listen(explorer, patch)

            async def script() -> None:
                say(explorer, kind="ask", id=1, position={})
                await until(lambda: len(sent) == 1)

            talk(script)
        [(message, _)] = sent
        assert message["kind"] == "error"
        assert message["words"] == f"ValueError: I only do one.{place}"


class TestPosition:
    @pytest.fixture
    def explorer(self) -> Explorer:
        return Explorer(small(), block=b"")

    def test_it_begins_at_the_start(self, explorer):
        assert explorer.position == {"slope": 0.0, "color": "blue"}

    def test_what_is_left_out_goes_back_to_the_start(self, explorer):
        explorer.position = {"slope": 1}
        explorer.position = {"color": "red"}
        assert explorer.position == {"slope": 0.0, "color": "red"}

    @pytest.mark.parametrize(
        ("rubbish", "words"),
        [
            ({"slope": 3}, "slope is 3: give a number from -1 to 1"),
            ({"slope": "steep"}, "slope is 'steep': give a number from -1 to 1"),
            ({"slope": None}, "slope is None: give a number from -1 to 1"),
            ({"color": "pink"}, "color is 'pink': choose one of 'red', 'blue', 'gr"),
            ({"bias": 0}, "no 'bias' here: the axes are slope, color"),
        ],
    )
    def test_rubbish_is_refused_and_changes_nothing(self, explorer, rubbish, words):
        explorer.position = {"slope": 0.5}
        with pytest.raises(ValueError, match=words):
            explorer.position = rubbish
        assert explorer.position == {"slope": 0.5, "color": "blue"}

    def test_it_says_what_to_do_where_nothing_can_show_it(self, explorer):
        assert repr(explorer) == "[Explorer] Small: run this cell to play with it."

    def test_its_frames_come_from_the_block_or_from_the_grid(self, explorer, cache):
        assert explorer.sheet == b""
        assert Explorer(small()).sheet == sheets.compute(small())

    def test_options(self):
        explorer = Explorer(small(), block=b"", wide=True)
        assert explorer.options == {
            "play": "slope",
            "pace": 450,
            "wide": True,
        }
        assert explorer.title == "Small"
        assert [axis["name"] for axis in explorer.axes] == ["slope", "color"]
