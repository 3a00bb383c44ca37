"""What runs cells on a page, without the page."""

import json

import numpy as np
import pytest
import traitlets

from bookkit.live import engine, product, widget


@pytest.fixture
def heard():
    """The messages of a session, as the page gets them."""
    return []


@pytest.fixture
def session(heard, monkeypatch):
    monkeypatch.setattr(engine, "_session", None)
    return engine.Session(lambda text: heard.append(json.loads(text)))


def shown(heard):
    """Return what was printed, in one piece a stream and in order."""
    return [(each.get("name", each["kind"]), each.get("text")) for each in heard]


class TestSession:
    def test_prints_and_shows_the_last_value(self, session, heard):
        assert session.run("<cell 1>", "x = 20\nprint('x is', x)\nx + 1")
        assert shown(heard[:-1]) == [("stdout", "x is"), ("stdout", " 20\n")]
        assert heard[-1] == {
            "kind": "display",
            "data": {"text/plain": "21"},
            "metadata": {},
        }

    def test_keeps_names_from_cell_to_cell(self, session, heard):
        session.run("<cell 1>", "import math\nside = 3")
        session.run("<cell 2>", "def area():\n    return math.pi * side**2")
        session.run("<cell 3>", "round(area(), 2)")
        assert heard[-1]["data"] == {"text/plain": "28.27"}

    @pytest.mark.parametrize("source", ["", "# nothing\n", "x = 1", "None", "1 + 1;"])
    def test_shows_nothing_where_there_is_nothing_to_show(self, session, heard, source):
        assert session.run("<cell 1>", source)
        assert heard == []

    def test_says_where_an_error_is(self, session, heard):
        session.run("<cell 1>", "def half(n):\n    return 1 / n")
        assert not session.run("<cell 2>", "print('before')\nhalf(0)")
        assert heard[-1]["name"] == "ZeroDivisionError"
        lines = heard[-1]["text"].splitlines()
        assert lines[0] == "Traceback (most recent call last):"
        assert '  File "<cell 2>", line 2, in <module>' in lines
        assert "    half(0)" in lines
        assert '  File "<cell 1>", line 2, in half' in lines
        assert lines[-1] == "ZeroDivisionError: division by zero"
        assert not [line for line in lines if "engine.py" in line]

    def test_leaves_its_own_lines_out_of_causes_too(self, session, heard):
        source = "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error"
        assert not session.run("<cell 1>", source)
        assert "engine.py" not in heard[-1]["text"]
        assert "KeyError: 'a'" in heard[-1]["text"]

    def test_says_what_is_no_python(self, session, heard):
        assert not session.run("<cell 1>", "print('a'\n")
        assert heard[-1]["name"] == "SyntaxError"
        assert 'File "<cell 1>", line 1' in heard[-1]["text"]

    @pytest.mark.parametrize("way", ["KeyboardInterrupt", "SystemExit"])
    def test_ends_at_what_is_no_exception(self, session, heard, way):
        assert not session.run("<cell 1>", f"raise {way}")
        assert heard[-1]["name"] == way

    def test_keeps_warnings_apart(self, session, heard):
        session.run("<cell 1>", "import sys\nprint('oh', file=sys.stderr)\nprint('ah')")
        assert {each["name"] for each in heard} == {"stderr", "stdout"}

    def test_sends_a_thousand_lines_in_few_messages(self, session, heard):
        session.run("<cell 1>", "for i in range(1000):\n    print(i)")
        assert "".join(each["text"] for each in heard) == "".join(
            f"{i}\n" for i in range(1000)
        )
        assert len(heard) < 100

    def test_runs_magics_that_are_known(self, session, heard):
        calls = []

        def needs(line, cell):
            calls.append((line, cell))
            session.ex(cell)

        session.register_magic_function(needs, "cell")
        assert session.run("<cell 1>", "%%needs mnist\nprint('here')")
        assert calls == [("mnist", "print('here')")]
        assert not session.run("<cell 2>", "%%timeit\n1 + 1")
        assert "There is no %%timeit here" in heard[-1]["text"]

    def test_shows_what_a_value_says_of_itself(self, session, heard):
        session.run(
            "<cell 1>",
            "class Bold:\n"
            "    def __repr__(self): return 'b'\n"
            "    def _repr_html_(self): return '<b>b</b>'\n"
            "Bold()",
        )
        assert heard[-1]["data"] == {"text/plain": "b", "text/html": "<b>b</b>"}
        session.run("<cell 2>", "Bold")
        assert set(heard[-1]["data"]) == {"text/plain"}

    def test_displays_bundles_as_they_are(self, session, heard):
        session.names["display"] = engine.display
        session.run(
            "<cell 1>",
            "display({'image/png': 'AAAA'}, raw=True, metadata={'image/png': {'alt': 'a'}})",
        )
        assert heard[-1]["data"] == {"image/png": "AAAA"}
        assert heard[-1]["metadata"] == {"image/png": {"alt": "a"}}

    def test_dataclasses_find_their_module(self, session):
        source = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int' = 1\nA().x"
        assert session.run("<cell 1>", source)


class Dial(widget.PageWidget):
    angle = traitlets.Int(3).tag(sync=True)
    block = traitlets.Bytes(b"\x00\xff").tag(sync=True)
    own = traitlets.Int(0)


class TestWidget:
    @pytest.fixture
    def dial(self, session, heard):
        session.names["Dial"] = Dial
        assert session.run("<cell 1>", "dial = Dial()\ndial")
        return session.names["dial"]

    def test_shows_its_shared_traits(self, dial, heard):
        found = heard[-1]["data"]["application/x-explorer"]
        assert found["state"] == {
            "angle": {"value": 3, "bytes": False},
            "block": {"value": "AP8=", "bytes": True},
        }

    def test_tells_the_page_of_a_change(self, dial, heard):
        dial.angle = 4
        dial.own = 1
        assert heard[-1] == {
            "kind": "widget",
            "widget": 0,
            "name": "angle",
            "value": 4,
            "bytes": False,
        }

    def test_takes_the_page_s_change_without_an_echo(self, dial, heard, session):
        count = len(heard)
        session.hear(
            json.dumps({"widget": 0, "name": "block", "value": "AQI=", "bytes": True})
        )
        assert dial.block == b"\x01\x02"
        assert len(heard) == count

    def test_messages_go_both_ways(self, dial, heard, session):
        dial.on_msg(
            lambda of, message, buffers: of.send(
                {"answer": message["ask"] + 1}, [b"\x01"]
            )
        )
        session.hear(json.dumps({"widget": 0, "message": {"ask": 1}}))
        assert heard[-1] == {
            "kind": "widget",
            "widget": 0,
            "message": {"answer": 2},
            "buffers": ["AQ=="],
        }

    def test_is_nothing_without_a_page(self, monkeypatch):
        monkeypatch.setattr(engine, "_session", None)
        with pytest.raises(RuntimeError, match="for a page that runs its cells"):
            Dial()


class TestProduct:
    @pytest.fixture
    def calls(self):
        return []

    @pytest.fixture
    def dot(self, calls):
        return product.faster(np.dot, lambda *numbers: calls.append(numbers))

    def test_hands_over_addresses_and_strides(self, dot, calls):
        a, b = np.ones((30, 20), np.float32), np.ones((10, 20), np.float32).T
        out = dot(a, b)
        (found,) = calls
        assert found[:3] == (30, 10, 20)
        assert found[3:6] == (a.ctypes.data, 80, 4)
        assert found[6:9] == (b.ctypes.data, 4, 80)
        assert found[9:11] == (out.ctypes.data, 40)
        assert out.shape == (30, 10)
        assert out.dtype == np.float32

    def test_writes_where_it_is_told(self, dot, calls):
        a, out = np.ones((30, 30), np.float32), np.zeros((30, 30), np.float32)
        assert dot(a, a, out=out) is out
        assert calls[0][9] == out.ctypes.data

    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (np.ones((3, 4), np.float32), np.ones((4, 5), np.float32)),
            (np.ones((30, 40)), np.ones((40, 30))),
            (np.ones((30, 40), np.float32), np.ones(40, np.float32)),
            (np.ones((30, 40), np.float32), np.ones((40, 30))),
            ([[1.0, 2.0]], [[3.0], [4.0]]),
            (2, 3),
        ],
    )
    def test_leaves_all_else_to_numpy(self, dot, calls, a, b):
        np.testing.assert_array_equal(dot(a, b), np.dot(a, b))
        assert not calls

    def test_refuses_as_numpy_does(self, dot):
        with pytest.raises(ValueError, match="not aligned"):
            dot(np.ones((30, 40), np.float32), np.ones((30, 40), np.float32))
        with pytest.raises(ValueError, match="output array"):
            dot(
                np.ones((30, 40), np.float32),
                np.ones((40, 30), np.float32),
                out=np.ones((3, 3), np.float32),
            )
