// A reader without a mouse can scroll a wide equation: what scrolls can be focused.
(() => {
  const mark = () =>
    document.querySelectorAll("div.math").forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  addEventListener("load", () => window.MathJax?.startup?.promise?.then(mark));
  addEventListener("resize", mark);
})();
