"""Every page in Firefox: it loads without a complaint, asks nobody else, and each explorer moves."""

import threading
from pathlib import Path

import pytest
from explorers import saved_on
from firefox import Firefox
from visits import PAGES

from bookkit.site import serve as server

RIGHT, LEFT = "\ue014", "\ue012"  # the arrow keys, as WebDriver writes them
DRAWN = """(count) => document.querySelectorAll(".explorer[data-frames]").length === count"""
# Where the first slider of an explorer stands, what its pictures show, and how many frames it has drawn.
LOOK = """(place) => {
  const explorer = document.querySelectorAll(".explorer")[place];
  const slider = explorer.querySelector("input[type=range]");
  slider.focus();
  const pictures = [...explorer.querySelectorAll("canvas")].filter((canvas) => canvas.clientWidth);
  return {
    value: Number(slider.value),
    step: Number(slider.step || 1),
    last: Number(slider.max),
    pictures: pictures.map((canvas) => canvas.toDataURL()).join(),
    frames: Number(explorer.dataset.frames),
  };
}"""
NEWER = """(place, frames) => document.querySelectorAll(".explorer")[place].dataset.frames > frames"""

FONTS = """() => document.fonts.status === "loaded" """
SAYS = (
    """(words) => document.querySelector(".live-status")?.textContent.includes(words)"""
)
# The cell that holds this code: presses its button, or returns what it shows once it has run.
CELL = """const cell = [...document.querySelectorAll(".bd-article .cell")]
  .find((each) => each.querySelector(".cell_input").textContent.includes(code));"""
PRESS = f"""(code) => {{ {CELL} cell.querySelector("button[aria-label^='Run cell']").click(); }}"""
SHOWN = f"""(code) => {{ {CELL}
  return cell.dataset.live === "done" && cell.querySelector(".live-output").innerText.trim();
}}"""


@pytest.mark.parametrize("page", PAGES)
def test_page_loads_and_every_explorer_moves(
    fox: Firefox, address: str, page: str
) -> None:
    fox.visit(f"{address}/{page}.html")
    count = len(saved_on(page))
    fox.wait_for(DRAWN, count)
    for place in range(count):
        before = fox.run(LOOK, place)
        fox.press(LEFT if before["value"] == before["last"] else RIGHT)
        fox.wait_for(NEWER, place, before["frames"])
        after = fox.run(LOOK, place)
        assert abs(after["value"] - before["value"]) == before["step"]
        assert after["pictures"] != before["pictures"]
    fox.wait_for(FONTS)  # who leaves earlier hears that one was not loaded
    assert fox.said == []
    elsewhere = (f"{address}/", "data:", "blob:")
    assert [url for url in fox.asked if not url.startswith(elsewhere)] == []
    assert [url for url in fox.asked if "fontawesome" in url] == []


def test_a_page_that_complains_is_heard(fox: Firefox, address: str) -> None:
    fox.visit(f"{address}/intro.html")
    fox.run("() => { setTimeout(() => { throw new Error('heard'); }); }")
    fox.wait_for("() => new Promise((done) => setTimeout(() => done(true), 200))")
    assert any("heard" in line for line in fox.said)
    fox.said.clear()


def test_a_cell_runs(fox: Firefox, own_python: Path) -> None:
    """The page's own Python, which comes from the site: what Firefox asks for can't be answered otherwise."""
    with server.open_server(own_python, 0) as opened:
        threading.Thread(target=opened.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{opened.server_port}"
        fox.visit(f"{address}/chapters/01_dense_layer.html")
        fox.run("""() => document.querySelector(".live-start button").click()""")
        fox.wait_for(SAYS, "Python is ready")
        code = "np.dot(inputs, weights)"
        fox.run(PRESS, code)
        fox.wait_for(SHOWN, code)
        assert fox.run(SHOWN, code) == "0.2"
        assert fox.said == []
        elsewhere = (f"{address}/", "data:", "blob:")
        assert [url for url in fox.asked if not url.startswith(elsewhere)] == []
        opened.shutdown()
