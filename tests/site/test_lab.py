"""The explorers in JupyterLab, where a kernel answers: what is on no grid is computed, and networks train."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from explorers import RECORD, RECORDED, Look, after, find, look, look_of, reset
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from visits import ROOT

from bookkit.explore.chapter1 import GLANCE, NEURON
from bookkit.explore.play import RECIPE, compute

# No question about news, which would come from another host; cells stay where they are, even out of sight.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": '{"fetchNews": "false"}',
    "@jupyterlab/notebook-extension/tracker": '{"windowingMode": "none"}',
}
SECONDS = 60
MOMENT = SECONDS * 1000  # milliseconds, in which a machine that is busy still answers

OWN = (
    "from bookkit import explore\nimport nnfs_lib as nn\n\nmine = explore.neuron()\nmine",
    'mine.position = {"w0": -2.0}',
    'mine.position["w0"], mine.position["bias"]',
    "class Broken(nn.ReLU):\n"
    "    def forward(self, inputs):\n"
    '        raise ValueError("my own mistake")\n\n\n'
    "explore.playground()\nexplore.playground(activation=Broken)",
    # So slow that no training ends before a reader has stopped it.
    "import time\n\n\nclass Slow(nn.ReLU):\n"
    "    def forward(self, inputs):\n"
    "        time.sleep(0.002)\n"
    "        return super().forward(inputs)\n\n\n"
    "explore.playground(activation=Slow)",
    "garment = explore.garment()\ngarment",
    "print(garment.picture.shape, garment.picture.sum())",
)
STORED = ("from bookkit import explore\n\nexplore.neuron()",)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with copies of what a reader opens, and a home of its own."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("playground.ipynb", "chapters/01_dense_layer.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data", folder / "data")
    for name, sources in (("own", OWN), ("stored", STORED)):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python"}
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(desk: Path) -> Iterator[str]:
    """The address of a JupyterLab that knows nothing of the user's own settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = desk / "home"
    for name, text in SETTINGS.items():
        path = home / f".jupyter/lab/user-settings/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG_"))
    }
    log = desk / "lab.log"
    options = (
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={desk}",
        "--IdentityProvider.token=",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    )
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env={**kept, "HOME": str(home), "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(SECONDS)


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers; fail with what it said where it does not."""
    end = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    server.kill()
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}", pytrace=False)


# The kinds of message that an explorer sends from the kernel.
ANSWER = re.compile(rb'"kind": ?"(ready|frame|done|error)"')

# What became of the explorers, in order: frames that were shown, and the moment at which they were live.
STORY = """globalThis.story = [];
new MutationObserver((changes) => {
  for (const { target, attributeName } of changes) {
    story.push([attributeName, target.getAttribute(attributeName)]);
  }
}).observe(document, { subtree: true, attributeFilter: ["data-frames", "data-live"] });"""


class Reader:
    """One who opens notebooks in JupyterLab, each in a tab of its own, and runs their cells."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.errors: list[str] = []
        self.answers: list[str] = []  # of the explorers: frame, done and so on

    def open(self, name: str) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(MOMENT)
        page.add_init_script(STORY)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda line: (
                self.errors.append(line.text) if line.type == "error" else None
            ),
        )
        page.on("websocket", lambda socket: socket.on("framereceived", self.hear))
        workspace = re.sub(r"\W", "-", name)
        page.goto(f"{self.address}/lab/workspaces/{workspace}/tree/{name}.ipynb")
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
        return page

    def hear(self, message: str | bytes) -> None:
        """Keep what kind of answer an explorer gave; the server also says much that is none."""
        if isinstance(message, bytes):
            self.answers += [kind.decode() for kind in ANSWER.findall(message)]

    def run_all(self, page: Page, title: str | None = None) -> Locator:
        """Run all cells; return the first explorer, or that with the title, once the kernel answers it."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        return live(page, title)


def live(place: Page | Locator, title: str | None = None) -> Locator:
    """Return the first explorer of a page or a cell, or that with the title, once the kernel answers it."""
    every = place.locator(".explorer")
    explorer = (
        place.get_by_role("group", name=title, exact=True) if title else every.first
    )
    expect(explorer).to_have_attribute("data-live", "true")
    return explorer


@pytest.fixture(scope="module")
def patient_reader(browser: Browser, lab: str) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    yield Reader(context, lab)
    context.close()


@pytest.fixture
def reader(patient_reader: Reader) -> Iterator[Reader]:
    """A reader; whatever a test does, JupyterLab and the explorers raise and log no error."""
    yield patient_reader
    errors = patient_reader.errors.copy()
    patient_reader.errors.clear()
    assert errors == []


@pytest.fixture(scope="module")
def opened(patient_reader: Reader) -> Locator:
    """The playground in its notebook, run once."""
    return patient_reader.run_all(patient_reader.open("playground"))


@pytest.fixture
def playground(opened: Locator, reader: Reader) -> Locator:
    """The playground at its start."""
    reset(opened)
    return opened


def test_a_frame_of_the_page_comes_first(playground: Locator) -> None:
    story = playground.page.evaluate("story")
    assert story[0] == ["data-frames", "1"]
    assert ["data-live", "true"] in story[1:]


def test_the_library_trains(playground: Locator) -> None:
    start = look(playground)
    rate = playground.get_by_role("slider", name="Learning rate")
    rate.focus()
    trained = after(playground, lambda: rate.press("ArrowRight"))
    assert trained.values["Learning rate"] == "0.04"
    assert trained.picture != start.picture
    expected = compute(**RECIPE.start() | {"learning_rate": 0.04})
    assert trained.words == expected.words


def test_keys_belong_to_the_control_that_has_the_focus(playground: Locator) -> None:
    page = playground.page
    cells = page.locator(".jp-Notebook .jp-Cell")
    selected = (
        "(cells) => cells.map((cell) => cell.classList.contains('jp-mod-active'))"
    )
    before = cells.evaluate_all(selected)
    depth = playground.get_by_role("slider", name="Hidden layers")
    depth.focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"):
        after(playground, lambda key=key: page.keyboard.press(key))
    for key in ("b", "x", "m"):  # in JupyterLab: add a cell, cut one, make it text
        page.keyboard.press(key)
    assert look(playground).values["Hidden layers"] == "3"
    assert cells.evaluate_all(selected) == before
    assert any(before)


def epochs(looks: list[Look]) -> list[int]:
    """Return the epochs that the sentences name."""
    return [int(re.search(r"Epoch (\d+)", seen.words)[1]) for seen in looks]  # type: ignore[index]


def test_another_setting_begins_the_training_anew(playground: Locator) -> None:
    play = playground.locator(".explorer-play")
    after(playground, play.click)
    depth = playground.get_by_role("slider", name="Hidden layers")
    playground.evaluate(RECORD)
    depth.press("ArrowLeft")
    expect(play).to_have_text("Stop")
    seen = "(explorer) => explorer.looks.length > 5"
    playground.page.wait_for_function(seen, arg=playground.element_handle())
    play.click()
    expect(play).to_have_text("Train")
    looks = [look_of(each) for each in playground.evaluate(RECORDED)]
    anew = [each for each in looks if each.values["Hidden layers"] == "1"]
    assert epochs(anew)[:3] == [0, 1, 2]
    moved = reset(playground)
    frames = playground.get_attribute("data-frames")
    playground.page.wait_for_timeout(500)
    assert look(playground) == moved
    assert playground.get_attribute("data-frames") == frames


@pytest.fixture(scope="module")
def own(patient_reader: Reader) -> Page:
    """A notebook of the reader's own, of which the first cell has run."""
    page = patient_reader.open("own")
    run_cell(page, 0)
    return page


def run_cell(page: Page, number: int) -> Locator:
    """Run one cell, as a reader does; return the cell."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    return cell


def test_python_moves_the_picture(reader: Reader, own: Page) -> None:
    explorer = live(own)
    start = look(explorer)
    moved = after(explorer, lambda: run_cell(own, 1))
    weight = {"Weight of x\N{SUBSCRIPT ZERO}": "\N{MINUS SIGN}2.00"}
    assert moved.values == start.values | weight
    assert moved.picture != start.picture
    slider = explorer.get_by_role("slider", name="Bias")
    after(explorer, lambda: slider.press("End"))
    output = run_cell(own, 2).locator(".jp-OutputArea-output")
    expect(output).to_have_text("(-2.0, 1.0)")


def test_a_mistake_in_an_own_layer_is_shown_in_words(reader: Reader, own: Page) -> None:
    explorer = live(run_cell(own, 3))
    notice = explorer.locator(".explorer-notice")
    expect(notice).to_have_text("ValueError: my own mistake (line 3 of forward)")
    expect(explorer.get_by_role("status")).to_contain_text("my own mistake")
    expect(explorer.locator(".explorer-play")).to_have_text("Train")


def test_training_is_watched_and_can_be_stopped(reader: Reader, own: Page) -> None:
    page, playground = own, live(run_cell(own, 4))
    play = playground.locator(".explorer-play")
    expect(play).to_have_text("Train")
    playground.evaluate(RECORD)
    reader.answers.clear()
    play.click()
    expect(play).to_have_text("Stop")
    enough = "(explorer) => explorer.looks.length >= {}"
    page.wait_for_function(enough.format(3), arg=playground.element_handle())
    # The page answers meanwhile.
    page.get_by_role("menuitem", name="File", exact=True).click()
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_function(enough.format(6), arg=playground.element_handle())
    play.click()
    expect(play).to_have_text("Train")
    looks = [look_of(seen) for seen in playground.evaluate(RECORDED)]
    passed = epochs(looks)
    assert passed == sorted(set(passed))
    assert 0 < passed[-1] < 5000
    assert len({seen.picture for seen in looks}) == len(looks)
    # What was stopped stays stopped, in the kernel as well.
    stopped = look(playground)
    answers: list[str] = []
    while reader.answers != answers:  # until nothing more is on its way
        answers = reader.answers.copy()
        page.wait_for_timeout(1000)
    assert set(answers) == {"frame"}
    assert look(playground) == stopped
    # What was seen can be seen again.
    epoch = playground.get_by_role("slider", name="Epoch")
    assert epochs([after(playground, lambda: epoch.press("Home"))]) == [0]


def test_a_kernel_that_restarts_leaves_the_stored_pictures(
    patient_reader: Reader,
) -> None:
    page = patient_reader.open("stored")
    explorer = patient_reader.run_all(page)
    slider = explorer.get_by_role("slider").first
    after(explorer, lambda: slider.press("ArrowRight"))
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).first.click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(explorer).to_have_attribute("data-live", "false")
    expect(explorer.locator(".explorer-notice")).to_contain_text("run the cell again")
    for key in ("Home", "ArrowRight", "End"):
        before = look(explorer)
        assert after(explorer, lambda key=key: slider.press(key)) != before
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(live(page)).to_be_visible()
    patient_reader.errors.clear()  # JupyterLab's own, of the connection that ended


def test_a_chapters_explorer_computes_between_its_grid(reader: Reader) -> None:
    page = reader.open("chapters/01_dense_layer")
    explorer = reader.run_all(page, NEURON.title)
    start = look(explorer)
    slider = explorer.get_by_role("slider", name="Weight of x\N{SUBSCRIPT ZERO}")
    slider.scroll_into_view_if_needed()
    moved = after(explorer, lambda: slider.press("ArrowRight"))
    assert moved.values["Weight of x\N{SUBSCRIPT ZERO}"] == "1.05"
    assert moved.words == NEURON.compute(w0=1.05, w1=-0.5, bias=0.25).words
    assert moved.picture != start.picture
    asked = after(
        live(page), lambda: page.get_by_label("Bias").first.press("ArrowLeft")
    )
    assert asked.words == GLANCE.compute(w0=0.5, w1=1.0, bias=0.2).words


def test_the_kernel_has_the_picture_that_a_reader_made(
    reader: Reader, own: Page
) -> None:
    page, explorer = own, find(run_cell(own, 5))
    canvas = explorer.get_by_role("application")
    explorer.get_by_role("button", name="Clear").click()
    canvas.focus()
    after(explorer, lambda: page.keyboard.press("Space"))
    output = run_cell(page, 6).locator(".jp-OutputArea-output")
    # A spot of 3 x 3 pixels whose corners are fainter: sqrt(2) from the middle, of 2 pixels' reach.
    gray = round(255 * (2 - 2**0.5))
    expect(output).to_have_text(f"(28, 28) {5 * 255 + 4 * gray}")
