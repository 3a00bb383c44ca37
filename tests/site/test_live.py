"""Cells that run where they are read: Python in the page, from the first press on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Network, Notebook, Open
from playwright.sync_api import Browser, expect
from visits import MODES, axe_violations, put_into

from bookkit.site.live import pins_of


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[list]:
    opened: list = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def open_notebook(browser: Browser, site: Path, isolated: str, contexts: list) -> Open:
    """A function that opens a page whose cells can run; nobody but Python's network may be asked."""

    def open_it(name: str, *, at: str = isolated, mode: str = "light", **options):
        context = browser.new_context(**{**MODES[mode], **options})
        contexts.append(context)
        network = Network(context, site)
        page = context.new_page()
        page.goto(f"{at}/{name}.html")
        return Notebook(page), network

    return open_it


@pytest.fixture(scope="module")
def first(open_notebook: Open) -> tuple[Notebook, Network]:
    """Chapter 1, awake; tests that share it leave its cells as they found them."""
    notebook, network = open_notebook("chapters/01_dense_layer")
    notebook.wake()
    return notebook, network


class TestBeforeTheFirstPress:
    def test_nobody_is_asked_for_anything(self, open_notebook):
        notebook, network = open_notebook("chapters/06_optimizers")
        requests: list[str] = []
        notebook.page.on("request", lambda request: requests.append(request.url))
        notebook.page.reload(wait_until="networkidle")
        assert not network.asked
        assert not network.elsewhere
        assert requests
        assert not [url for url in requests if "/live/" in url or "_sources" in url]

    def test_every_cell_has_a_button(self, open_notebook):
        notebook, _ = open_notebook("chapters/02_activations")
        count = notebook.cells.count()
        assert count > 20
        assert notebook.page.locator(".live-first").count() == count
        assert notebook.page.locator(".cm-editor").count() == 0

    def test_a_page_from_a_disk_offers_nothing(self, disk):
        page = disk.open("chapters/01_dense_layer")
        assert page.locator(".live-start").is_hidden()
        assert page.locator(".live-first").count() == 0


class TestACell:
    def test_python_comes_from_the_network_and_everything_else_from_here(self, first):
        _, network = first
        assert sorted(network.asked)[:4] == [
            network.wheel.name,
            "pyodide.asm.js",
            "pyodide.asm.wasm",
            "pyodide.mjs",
        ]
        assert not network.elsewhere

    def test_the_book_s_text_gives_the_book_s_output(self, first):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        stored = cell.locator(".cell_output").first.inner_text().strip()
        assert notebook.run(cell).strip() == stored == "0.2"
        # It asked for names of other cells, so those above ran first; none of those below did.
        hows = notebook.cells.evaluate_all(
            "(cells) => cells.map((cell) => cell.dataset.live)"
        )
        place = hows.index("fresh")
        assert hows == ["done"] * place + ["fresh"] * (len(hows) - place)
        assert (
            place
            == notebook.cells.evaluate_all(
                "(cells, cell) => cells.indexOf(cell)", cell.element_handle()
            )
            + 1
        )

    def test_edit_run_and_reset(self, first):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        before = notebook.text(cell)
        notebook.write(cell, "print('sum', 1 + 2)\n[1, 2] * 2")
        reset = cell.get_by_role("button", name="Bring back")
        expect(reset).to_be_visible()
        assert re.sub(r"\s+", " ", notebook.run(cell)).strip() == "sum 3 [1, 2, 1, 2]"
        reset.click()
        expect(reset).to_be_hidden()
        assert notebook.text(cell) == before
        assert notebook.run(cell).strip() == "0.2"

    def test_an_error_is_shown_as_python_shows_it(self, first):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        notebook.write(cell, "print('first')\nnp.ones((2, 3)) @ np.ones((2, 3))")
        shown = notebook.run(cell, how="failed")
        assert shown.startswith("first")
        assert "line 2, in <module>" in shown
        assert "np.ones((2, 3)) @ np.ones((2, 3))" in shown
        assert "ValueError: matmul" in shown
        assert "engine.py" not in shown
        cell.get_by_role("button", name="Bring back").click()
        notebook.run(cell)

    def test_an_endless_loop_is_stopped_and_its_variables_stay(self, first):
        notebook, _ = first
        assert notebook.page.evaluate("crossOriginIsolated")
        cell = notebook.cell("np.dot(inputs, weights)")
        notebook.write(cell, "count = 0\nwhile True:\n    count += 1")
        cell.get_by_role("button", name="Run cell").click()
        notebook.wait("runs")
        notebook.page.wait_for_timeout(300)
        notebook.page.get_by_role("button", name="Stop").click()
        assert "KeyboardInterrupt" in notebook.ran(cell, how="failed")
        notebook.write(cell, "print(count > 0, bias)")
        assert "True" in notebook.run(cell)
        cell.get_by_role("button", name="Bring back").click()
        notebook.run(cell)

    def test_output_streams_as_it_comes(self, first):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        notebook.write(
            cell,
            "import time\nfor i in range(3):\n    print('step', i)\n    time.sleep(1)",
        )
        cell.get_by_role("button", name="Run cell").click()
        expect(cell.locator(".live-output")).to_contain_text("step 0")
        assert cell.get_attribute("data-live") == "running"
        assert "step 2" not in cell.locator(".live-output").inner_text()
        assert notebook.ran(cell).split("\n")[:3] == ["step 0", "step 1", "step 2"]
        cell.get_by_role("button", name="Bring back").click()
        notebook.run(cell)

    def test_the_keyboard_runs_a_cell_and_gets_out(self, first):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        cell.locator(".cm-content").focus()
        notebook.page.keyboard.press("Shift+Enter")
        assert notebook.ran(cell).strip() == "0.2"
        before = notebook.text(cell)
        notebook.page.keyboard.press("Escape")
        notebook.page.keyboard.press("Tab")
        assert notebook.text(cell) == before
        assert notebook.page.evaluate("document.activeElement.textContent") == "Run"

    def test_what_was_changed_is_there_again_and_can_be_taken_home(
        self, first, tmp_path
    ):
        notebook, _ = first
        cell = notebook.cell("np.dot(inputs, weights)")
        notebook.write(cell, "print('mine')")
        notebook.run(cell)
        with notebook.page.expect_download() as waiting:
            notebook.page.get_by_role("button", name="Download", exact=True).click()
        waiting.value.save_as(tmp_path / "mine.ipynb")
        saved = json.loads((tmp_path / "mine.ipynb").read_text())
        (mine,) = [
            each for each in saved["cells"] if "'mine'" in "".join(each["source"])
        ]
        assert mine["outputs"] == [
            {"output_type": "stream", "name": "stdout", "text": "mine\n"}
        ]
        assert waiting.value.suggested_filename == "01_dense_layer.ipynb"

        again = Notebook(notebook.page.context.new_page())
        again.page.goto(notebook.page.url)
        again.page.get_by_role("button", name="Run this page").click()
        again.status.wait_for()
        kept = again.cell("print('mine')")
        kept.get_by_role("button", name="Bring back").click()
        again.page.close()
        notebook.page.evaluate("localStorage.clear()")
        cell.get_by_role("button", name="Bring back").click()
        notebook.run(cell)


def test_awake_page_is_for_everybody(first):
    """With an error and a changed cell on it: by color, by name and on paper."""
    notebook, _ = first
    cell = notebook.cell("np.dot(inputs, weights)")
    notebook.write(
        cell, "# wrong\nprint('%d of' % 3, True)\nclass A(Exception): pass\nraise A"
    )
    notebook.run(cell, how="failed")
    for mode in ("dark", "light"):
        put_into(notebook.page, mode)
        found = axe_violations(notebook.page, colors_only=mode == "dark")
        # The theme's own: its sidebar is in none.
        assert set(found) <= {"region"}
    notebook.page.emulate_media(media="print")
    assert "# wrong" in cell.locator(".live-printed").inner_text()
    assert notebook.page.locator(".live-bar").is_hidden()
    assert cell.locator(".live-editor").is_hidden()
    notebook.page.emulate_media(media="screen")
    cell.get_by_role("button", name="Bring back").click()
    notebook.run(cell)


NESTED = """
from nnfs_lib.strangers import _read_text
_read_text(b"[" * 100 + b"]" * 100)
try:
    _read_text(b"[" * 101 + b"]" * 101)
except ValueError as error:
    print(error)
"""
MANY = """
import math
from nnfs_lib.layers import _penalty
rng = np.random.default_rng(0)
small = (0.01 * rng.standard_normal((300, 500))).astype(np.float32)
exact = math.fsum(float(each) ** 2 for each in small.ravel())
print(abs(_penalty(small, 0.0, 1.0) / exact - 1) < 1e-6)
"""
FETCHED = """
from nnfs_lib import load_mnist
try:
    load_mnist()
except ConnectionError as error:
    print(error)
"""
WHOLE = """
from nnfs_lib import Adam
try:
    Adam().step([(np.ones(2), np.ones(2, int))])
except ValueError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        pytest.param(NESTED, "its text is nested more than 100 deep", id="nested"),
        pytest.param(MANY, "True", id="many small numbers"),
        pytest.param(
            FETCHED,
            "No mnist: Python in a browser downloads nothing.\n"
            "Please run this on a computer, or name a folder that has the files.",
            id="a download",
        ),
        pytest.param(
            "%%needs mnist\nprint('it runs')",
            "Skipped: this cell needs all of mnist, which Python in a browser can't load.\n"
            "Run the notebook on a computer: nnfs_lib.load_mnist() downloads it there.",
            id="a data set",
        ),
        pytest.param(
            WHOLE,
            "Adam moves floats, got float64 with a gradient of int32: use .astype(float).",
            id="whole numbers",
        ),
    ],
)
def test_the_library_holds_here(first, code, said):
    notebook, _ = first
    cell = notebook.cell("np.dot(inputs, weights)")
    notebook.write(cell, code.strip())
    assert notebook.run(cell).strip() == said
    cell.get_by_role("button", name="Bring back").click()
    notebook.run(cell)


OWN_LAYER = """
import numpy as np
import nnfs_lib as nn
from bookkit import explore
class Own(nn.Layer):
    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs
    def backward(self, doutputs):
        return doutputs * (1 - self.outputs**2)
explore.playground(activation=Own)
""".strip()


def test_exercise_is_judged(open_notebook):
    """Exercise 4.1, wrong and right, on a phone."""
    notebook, _ = open_notebook("chapters/04_backpropagation", mode="phone")
    notebook.wake()
    stub, solution = (notebook.cell('check("4.1"', place) for place in (0, 1))
    assert "not started" in notebook.run(stub)
    assert (
        notebook.cells.nth(5).get_attribute("data-live") == "fresh"
    )  # it needs the imports alone
    text = "\n".join(solution.locator(".cm-line").all_text_contents())
    notebook.write(stub, text)
    assert "4.1" in notebook.run(stub)
    assert axe_violations(notebook.page) == {}
    notebook.page.set_viewport_size({"width": 320, "height": 640})
    assert notebook.page.evaluate("document.documentElement.scrollWidth") == 320


class TestTrouble:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            (
                "pyodide.asm.wasm",
                b"something else",
                "is not the file that this book knows",
            ),
            ("python_stdlib.zip", None, "answers 404"),
        ],
    )
    def test_a_file_that_is_wrong_or_missing(self, open_notebook, name, content, words):
        notebook, network = open_notebook("chapters/01_dense_layer")
        network.instead[name] = content
        notebook.page.get_by_role("button", name="Run this page").click()
        notebook.wait(words)
        assert name in notebook.status.inner_text()
        network.instead.clear()
        assert notebook.run(notebook.cell("np.dot(inputs, weights)")).strip() == "0.2"

    def test_without_a_network(self, open_notebook):
        notebook, _ = open_notebook("chapters/01_dense_layer")
        notebook.page.route("**/npm/pyodide*/**", lambda route: route.abort())
        notebook.page.get_by_role("button", name="Run this page").click()
        notebook.wait("can't be had from cdn.jsdelivr.net. Check the connection")

    def test_where_nothing_is_shared_stop_ends_python(self, open_notebook, address):
        """A server that sends no headers, and a browser in which no service worker can."""
        notebook, _ = open_notebook(
            "chapters/01_dense_layer", at=address, service_workers="block"
        )
        notebook.page.evaluate("sessionStorage.setItem('book:isolated', 'tried')")
        notebook.wake()
        assert not notebook.page.evaluate("crossOriginIsolated")
        cell = notebook.cell("np.dot(inputs, weights)")
        notebook.write(cell, "while True: pass")
        cell.get_by_role("button", name="Run cell").click()
        notebook.wait("runs.")
        notebook.page.get_by_role("button", name="Stop").click()
        notebook.wait("Python was ended")
        notebook.write(cell, "print(bias)")  # of a cell above, which has to run again
        assert notebook.run(cell).strip() == "0.8"


class TestTheThirdEngine:
    """Explorers that Python computes on the page: values between the grid's, and a reader's own layers."""

    @pytest.mark.parametrize(
        ("page_name", "call", "label"),
        [
            ("chapters/01_dense_layer", "explore.neuron()", "Weight"),
            ("chapters/02_activations", "explore.softmax()", "Temperature"),
        ],
    )
    def test_values_between_the_grid_s(self, open_notebook, page_name, call, label):
        notebook, _ = open_notebook(page_name)
        notebook.wake()
        cell = notebook.cell(call)
        notebook.run(cell)
        explorer = cell.locator(".live-output .explorer")
        expect(explorer).to_have_attribute("data-live", "true")
        slider = explorer.get_by_role("slider", name=re.compile(label)).first
        texts = set()
        for _ in range(3):
            before = explorer.get_attribute("data-frames")
            slider.press("ArrowRight")
            expect(explorer).not_to_have_attribute("data-frames", str(before))
            texts.add(explorer.locator(".explorer-words").inner_text())
        assert len(texts) == 3

    def test_the_playground_trains_a_layer_of_one_s_own(self, open_notebook):
        notebook, _ = open_notebook("playground")
        notebook.wake()
        cell = notebook.cell("explore.playground()")
        notebook.page.get_by_text("Show the code of this page").click()
        notebook.write(cell, OWN_LAYER)
        notebook.run(cell)
        explorer = cell.locator(".live-output .explorer")
        expect(explorer).to_have_attribute("data-live", "true")
        words = explorer.locator(".explorer-words")
        expect(words).to_contain_text("Epoch 200")
        train = explorer.locator(".explorer-play")
        train.click()
        expect(words).to_contain_text(re.compile(r"Epoch \d\b"))
        expect(words).to_contain_text(re.compile(r"Epoch [1-9]\d\b"))
        train.click()
        expect(train).to_have_text("Train")
        notebook.write(cell, OWN_LAYER.replace("np.tanh(inputs)", "inputs[0, 0, 0]"))
        notebook.run(cell)
        notice = cell.locator(".live-output .explorer-notice")
        expect(notice).to_contain_text("IndexError: too many indices")
        expect(notice).to_contain_text("(line 6 of forward)")


def test_a_service_worker_isolates_pages_of_other_servers(browser, site, address):
    """One reload at the first press; nothing of Python is needed to see it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/chapters/01_dense_layer.html")
    assert not page.evaluate("crossOriginIsolated")
    page.get_by_role("button", name="Run this page").click()
    page.wait_for_function("crossOriginIsolated && document.querySelector('.live-bar')")
    context.close()


def test_a_folder_of_python_s_files_can_be_served_with_the_site(tmp_path):
    """The list names our own origin, and what packages need comes with them."""
    lock = {
        "info": {},
        "packages": {
            name: {"file_name": f"{name}.whl", "sha256": "0", "depends": depends}
            for name, depends in {
                "numpy": [],
                "pillow": [],
                "matplotlib": ["numpy", "six"],
                "six": [],
            }.items()
        },
    }
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    for name in (
        "pyodide.mjs",
        "pyodide.asm.js",
        "pyodide.asm.wasm",
        "python_stdlib.zip",
    ):
        (tmp_path / name).write_text(name)
    pins = pins_of(tmp_path, "pyodide/", "pyodide/")
    assert pins["core"]["pyodide.mjs"]["url"] == "pyodide/pyodide.mjs"
    assert pins["core"]["pyodide.mjs"]["bytes"] == len("pyodide.mjs")
    assert sorted(pins["lock"]["packages"]) == ["matplotlib", "numpy", "pillow", "six"]


def test_the_landing_page_s_link_runs(open_notebook):
    """One click there, and Python comes."""
    notebook, _ = open_notebook("intro")
    notebook.page.get_by_role("link", name="Run it").click()
    notebook.wait("Python is ready")
