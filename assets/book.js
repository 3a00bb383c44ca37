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
