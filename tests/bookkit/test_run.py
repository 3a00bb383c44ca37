"""The runner: what it executes, what it writes back, and what --check says."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_builder import Cell, code, markdown, write_notebook

from bookkit import stable
from bookkit.__main__ import main

FIGURE = """
from IPython.display import display
png = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}
display(png, raw=True, metadata={"image/png": {"alt": "A curve that falls."}})
"""
WIDGET = """
import ipywidgets as widgets
slider = widgets.IntSlider(value=3, description="depth")
box = widgets.VBox([slider, widgets.IntText(4)])
display(slider, box)
"""


def command(folder: Path, *arguments: str) -> int:
    return main(["run", "--chapters", str(folder), *arguments])


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one chapter that was run; nbclient needs seconds, so most tests look at one run."""
    folder = tmp_path_factory.mktemp("book")
    write_notebook(
        folder / "02_two.ipynb",
        [
            markdown("# Two"),
            code(
                "import os, sys, warnings\nprint('one')\nprint('two', flush=1)\nprint('three')\nos.getcwd()"
            ),
            code(""),
            code(
                "sys.stderr.write('e'); sys.stderr.flush(); print('out'); object()",
                "b-tag",
                "a-tag",
            ),
            code("warnings.warn('look', stacklevel=1)"),
            code(FIGURE),
            code(WIDGET),
            code("sorted({'a', 'b', 'c', 'd'}), hash('a'), list({'a', 'b', 'c', 'd'})"),
            code("1 / 0", "raises-exception"),
            code("never", "skip-execution"),
        ],
    )
    notebook = read(folder / "02_two.ipynb")
    notebook["metadata"] = {
        "kernelspec": {"name": "mine", "display_name": "Mine"},
        "vscode": {"a": 1},
    }
    cells = notebook["cells"]
    cells[1]["metadata"] = {
        "execution": {"iopub.execute_input": "now"},
        "collapsed": True,
        "tags": [],
    }
    cells[3]["metadata"]["jupyter"] = {"source_hidden": True}
    cells[2]["id"] = cells[1]["id"]
    cells[4]["metadata"]["mystnb"] = {
        "image": {"alt": "of a figure that is gone"},
        "figure": {"name": "x"},
    }
    (folder / "02_two.ipynb").write_text(json.dumps(notebook))
    assert command(folder) == 0
    return folder


def test_running_twice_changes_no_byte(
    ran: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ran / "02_two.ipynb"
    before = path.read_bytes()
    modified = path.stat().st_mtime_ns
    assert command(ran, "2") == 0
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == modified
    assert "02_two.ipynb: " in (printed := capsys.readouterr().out)
    assert printed.endswith(" s, unchanged\n")
    assert len(read(path)["metadata"]["widgets"][stable.WIDGET_STATE]["state"]) >= 6


def test_the_file_is_as_nbformat_writes_it(ran: Path) -> None:
    text = (ran / "02_two.ipynb").read_text()
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.writes(notebook) + "\n" == text


def test_metadata_and_ids(ran: Path) -> None:
    notebook = read(ran / "02_two.ipynb")
    cells = notebook["cells"]
    assert notebook["metadata"]["kernelspec"] == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    assert notebook["metadata"]["language_info"] == {
        "name": "python", "pygments_lexer": "ipython3", "file_extension": ".py", "mimetype": "text/x-python",
    }  # fmt: skip
    assert set(notebook["metadata"]) == {"kernelspec", "language_info", "widgets"}
    assert cells[1]["metadata"] == {}
    assert cells[3]["metadata"] == {
        "jupyter": {"source_hidden": True},
        "tags": ["b-tag", "a-tag"],
    }
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "cell-0"
    assert ids[1] == "cell-1"
    assert ids[3:] == [f"cell-{index}" for index in range(3, 10)]


def test_outputs_are_what_was_executed_without_chance(ran: Path) -> None:
    cells = read(ran / "02_two.ipynb")["cells"]
    assert [cell["execution_count"] for cell in cells[1:]] == [
        1,
        None,
        2,
        3,
        4,
        5,
        6,
        7,
        None,
    ]
    stream, result = cells[1]["outputs"]
    assert stream == {
        "name": "stdout",
        "output_type": "stream",
        "text": ["one\n", "two\n", "three\n"],
    }
    assert result["data"]["text/plain"] == [repr(str(ran))]
    assert "<object at 0x...>" in json.dumps(cells[3]["outputs"])
    assert cells[4]["outputs"][0]["text"][0] == "<cell>:1: UserWarning: look\n"
    assert cells[8]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert "ipykernel_" not in (ran / "02_two.ipynb").read_text()


def test_the_alt_text_goes_where_the_website_looks(ran: Path) -> None:
    cells = read(ran / "02_two.ipynb")["cells"]
    assert cells[5]["metadata"] == {"mystnb": {"image": {"alt": "A curve that falls."}}}
    assert cells[4]["metadata"] == {"mystnb": {"figure": {"name": "x"}}}


def test_widget_ids_point_at_the_state(ran: Path) -> None:
    notebook = read(ran / "02_two.ipynb")
    state = notebook["metadata"]["widgets"][stable.WIDGET_STATE]["state"]
    slider, box = (
        output["data"][stable.WIDGET_VIEW]["model_id"]
        for output in notebook["cells"][6]["outputs"]
    )
    assert state[slider]["model_name"] == "IntSliderModel"
    assert state[slider]["state"]["value"] == 3
    children = state[box]["state"]["children"]
    assert children[0] == f"IPY_MODEL_{slider}"
    assert all(child.removeprefix("IPY_MODEL_") in state for child in children)


def test_check_says_what_is_wrong_and_executes_nothing(
    ran: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    assert command(ran, "--check") == 0
    assert time.perf_counter() - start < 1
    assert capsys.readouterr().out == ""


def damaged(ran: Path, tmp_path: Path, change: Any) -> Path:
    notebook = read(ran / "02_two.ipynb")
    change(notebook["cells"])
    path = tmp_path / "02_two.ipynb"
    path.write_text(stable.dumps(stable.loads(json.dumps(notebook))))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda cells: cells[1].update(execution_count=None),
            "02_two.ipynb, cell 2: not executed",
        ),
        (
            lambda cells: cells[3].update(execution_count=9),
            "02_two.ipynb, cell 4: execution count 9, not 2",
        ),
        (
            lambda cells: cells[8]["metadata"].clear(),
            "02_two.ipynb, cell 9: ZeroDivisionError: division by zero",
        ),
        (
            lambda cells: cells[8]["metadata"].update(vscode={}),
            "02_two.ipynb: not in stable form",
        ),
        (
            lambda cells: cells[5]["metadata"].clear(),
            "02_two.ipynb: not in stable form",
        ),
        (
            lambda cells: cells[5].update(id="cell-0"),
            "02_two.ipynb: not in stable form",
        ),
    ],
)
def test_check_names_what_needs_a_run(
    change: Any,
    message: str,
    ran: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = damaged(ran, tmp_path, change)
    before = path.read_bytes()
    assert command(tmp_path, "--check") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{message}; run `python -m bookkit run 02_two`."
    ]
    assert path.read_bytes() == before


def test_a_changed_result_changes_only_itself(ran: Path, tmp_path: Path) -> None:
    path = damaged(ran, tmp_path, lambda cells: cells[1].update(source="1 + 1"))
    before = read(path)
    assert command(tmp_path, str(path)) == 1  # sys is not imported any more
    assert read(path) == before
    path = damaged(
        ran,
        tmp_path,
        lambda cells: cells[1].update(source="import os, sys, warnings; 1 + 1"),
    )
    before = read(path)
    assert command(tmp_path, str(path)) == 0
    after = read(path)
    assert after["cells"][1].pop("outputs") != before["cells"][1].pop("outputs")
    assert after == before


def test_a_failing_cell_is_named_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = "a = 1\nb = 0\n\ndef divide():\n    return a / b\n\ndivide()"
    bad = write_notebook(
        tmp_path / "01_bad.ipynb",
        [markdown("x"), code("1"), code(failing), code("'never'")],
    )
    good = write_notebook(tmp_path / "02_good.ipynb", [code("2")])
    before = bad.read_bytes()
    assert command(tmp_path) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(
        "01_bad.ipynb, cell 3: ZeroDivisionError: division by zero\n    a = 1\n    b = 0\n    \n    ...\n"
    )
    assert "----> 5     return a / b" in printed.err
    assert "\x1b" not in printed.err
    assert printed.out.startswith("02_good.ipynb: ")
    assert bad.read_bytes() == before
    assert read(good)["cells"][0]["execution_count"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "01_bad.ipynb",
        "02_good.ipynb",
    ]


def test_chapters_are_found_by_number_or_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("01_one", "02_two"):
        write_notebook(tmp_path / f"{name}.ipynb", [code("1")])
    for given in ("2", "02", "02_two", str(tmp_path / "02_two.ipynb")):
        assert command(tmp_path, given, "--check") == 1
        out = capsys.readouterr().out
        assert "02_two.ipynb, cell 1: not executed" in out
        assert "01_one" not in out
    for given in ("3", "two", "05_x.ipynb"):
        assert command(tmp_path, given, "--check") == 1
        assert (
            f"{given}: no such chapter. Chapters: 01_one, 02_two."
            in capsys.readouterr().err
        )
    assert command(tmp_path / "nowhere", "--check") == 1
    assert "no chapters here" in capsys.readouterr().err


def test_the_check_imports_no_kernel_client() -> None:
    """What makes --check fast: the slow libraries are imported where a kernel is started."""
    import subprocess

    script = "import bookkit.run, sys; assert not {'nbformat', 'nbclient', 'tqdm'} & set(sys.modules)"
    subprocess.run(
        [sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2]
    )


def cell(outputs: list[dict[str, Any]], **metadata: Any) -> Cell:
    node = code("1")
    node.update(outputs=outputs, execution_count=1, metadata=metadata)
    return node


def test_stable_form_is_stable_and_keeps_what_is_not_chance() -> None:
    text = "at 0x7f0a1b2c3d4e and 0x12ab in /tmp/ipykernel_12/345.py:3"
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    key = "b" * 31 + "a"
    state = {"c" * 32: {"state": {"child": f"IPY_MODEL_{key}"}}, key: {"state": {}}}
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell([stream, {**stream, "text": "\nmore"}]),
            cell([], custom=1, tags=["z", "a"]),
        ],
        metadata={
            "widgets": {
                stable.WIDGET_STATE: {
                    "state": state,
                    "version_major": 2,
                    "version_minor": 0,
                }
            }
        },
    )
    for each in notebook.cells:
        del each["id"]
    once = stable.dumps(
        stable.stabilize(json.loads(json.dumps(notebook)), "01_a.ipynb")
    )
    assert stable.dumps(stable.stabilize(stable.loads(once), "01_a.ipynb")) == once
    result = stable.loads(once)
    [joined] = result["cells"][0]["outputs"]
    assert joined["text"] == "at 0x... and 0x12ab in <cell>:3\nmore"
    assert result["cells"][1]["metadata"] == {"tags": ["z", "a"]}
    first, second = result["metadata"]["widgets"][stable.WIDGET_STATE]["state"].items()
    assert first[1] == {"state": {"child": f"IPY_MODEL_{second[0]}"}}
    other = stable.dumps(
        stable.stabilize(json.loads(json.dumps(notebook)), "02_b.ipynb")
    )
    assert stable.loads(other)["cells"][0]["id"] != result["cells"][0]["id"]


def test_a_widgets_program_stays_out_and_changes_no_id() -> None:
    """What a program leaves behind is as stable as what had none, and of its own file."""
    state = {"a" * 32: {"state": {"_esm": "long", "_css": "long", "x": 1}}}
    widgets = {stable.WIDGET_STATE: {"state": state}}
    texts = []
    for name in ("01_a.ipynb", "02_b.ipynb"):
        notebook = nbformat.v4.new_notebook(cells=[], metadata={"widgets": widgets})
        plain = json.loads(json.dumps(notebook))
        once = stable.dumps(stable.stabilize(plain, name))
        assert stable.dumps(stable.stabilize(stable.loads(once), name)) == once
        [[key, model]] = stable.loads(once)["metadata"]["widgets"][stable.WIDGET_STATE][
            "state"
        ].items()
        assert model == {"state": {"x": 1, **stable.PROGRAM}}
        texts.append(key)
    assert texts[0] != texts[1]
