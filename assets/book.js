// What scrolls sideways can be focused, so that a reader without a mouse can scroll it; and paper shows all of it.
(() => {
  const WIDE = "div.math, .bd-article pre, .cell_output .output, .library-map";
  const mark = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else if (!box.closest(".explorer, .library-changes")) box.removeAttribute("tabindex");
  };
  // A box has another width in another window, and one that was folded away has one for the first time.
  const watch = new ResizeObserver((changes) => changes.forEach(({ target }) => mark(target)));
  addEventListener("load", () => document.querySelectorAll(WIDE).forEach((box) => watch.observe(box)));

  // What is folded away, solutions among it, is printed too; then it is folded again.
  const folded = () => document.querySelectorAll(".bd-article details:not([open], .explorer-code)");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    opened.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));
})();

// JupyterLite is no page that a disk could serve.
if (!location.protocol.startsWith("http")) document.querySelector(".btn-jupyterlite")?.remove();

// Cells that run: nothing of it is fetched before the first press on a button. A page from a disk can't.
(() => {
  const place = document.querySelector(".live-start");
  if (!place || !location.protocol.startsWith("http")) return;
  const words = place.querySelector("[role=status]");
  const buttons = [place.querySelector("button")];
  const begin = async (number) => {
    buttons.forEach((button) => (button.disabled = true));
    words.textContent = "The page gets ready.";
    try {
      const { begin } = await import("./live/page.js");
      await begin(place, number);
    } catch (error) {
      buttons.forEach((button) => (button.disabled = false));
      words.textContent = `This page can't run: ${error.message}. Download it with the button at the top right, and run it in Jupyter.`;
    }
  };
  buttons[0].addEventListener("click", () => begin(null));
  document.querySelectorAll(".bd-article .cell .cell_input").forEach((input, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "live-button live-first";
    button.textContent = "Run";
    button.setAttribute("aria-label", `Run cell ${number + 1}`);
    button.addEventListener("click", () => begin(number));
    input.append(button);
    buttons.push(button);
  });
  place.hidden = false;

  // page.js may have to load the page again before it can begin.
  const again = sessionStorage.getItem("book:begin");
  sessionStorage.removeItem("book:begin");
  const [page, number] = JSON.parse(again ?? "[]");
  if (page === place.dataset.page) begin(number);
  else if (location.hash === "#run") begin(null); // from the landing page's "Run it"
})();
