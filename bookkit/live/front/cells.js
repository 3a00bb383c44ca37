/* The cells of a page: an editor in the place of a cell's code, buttons below it, outputs where the stored ones were. */

import { makeEditor } from "./editor.js";
import { make } from "./make.js";

export const makeButton = (text, act, options = {}) =>
  make("button", { type: "button", class: "live-button", onclick: act, ...options }, text);

/* What the reader wrote, kept by the browser: {id of a cell: its text}. */
const makeMemory = (page) => {
  const key = `book:${page}`;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  };
  return {
    read,
    write: (id, text) => {
      const all = read();
      if (text === null) delete all[id];
      else all[id] = text;
      try {
        if (Object.keys(all).length) localStorage.setItem(key, JSON.stringify(all));
        else localStorage.removeItem(key);
      } catch {
        // a browser that keeps nothing
      }
    },
  };
};

const textOf = (source) => (Array.isArray(source) ? source.join("") : source);
export const inWords = (seconds) => (seconds < 100 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} minutes`);

const WORDS = { waiting: "waits", running: "runs", done: "has run", failed: "stopped here" };

/* memory: what the reader wrote before; seconds: what the book's text takes, if that is long; run(cell) and runTo(cell)
   are asked by its buttons. */
const makeCell = (node, number, { id, source, metadata }, memory, seconds, { run, runTo }) => {
  const book = textOf(source);
  const input = node.querySelector(".cell_input");
  const stored = node.querySelector(".cell_output");
  const live = make("div", { class: "live-output cell_output", hidden: true });
  const note = make("span", { class: "live-note" });
  const cell = {
    number,
    book,
    live,
    tags: metadata?.tags ?? [],
    seconds: seconds ?? 0,
    shown: [], // messages
    ran: null, // the text that ran last
    result: "", // done or failed, of that text
    mark: (how) => {
      cell.how = how; // fresh, waiting, running, done, failed
      node.dataset.live = how;
      note.textContent = WORDS[how] ?? (seconds ? `takes ${inWords(seconds)}` : "");
    },
    clear: () => {
      cell.shown = [];
      live.replaceChildren();
    },
    hideStored: (hidden) => {
      if (stored) stored.hidden = hidden;
    },
  };
  cell.mark("fresh");

  const resetButton = makeButton("Reset", () => cell.editor.set(book), {
    "aria-label": `Bring back the book's text of cell ${number + 1}`,
  });
  const tools = make(
    "div",
    { class: "live-tools" },
    makeButton("Run", () => run(cell), { "aria-label": `Run cell ${number + 1}` }),
    makeButton("Run to here", () => runTo(cell), {
      "aria-label": `Run the cells above that have not run, then cell ${number + 1}`,
    }),
    resetButton,
    note,
  );
  const frame = make("div", { class: "live-editor highlight" });
  const printed = input.querySelector("div[class^=highlight]");
  printed.classList.add("live-printed"); // what paper shows
  printed.after(frame, tools);
  (stored ?? input.closest("details") ?? input).after(live);

  const paper = printed.querySelector("pre");
  const colored = [...paper.childNodes];
  const showOwn = (text) => {
    const own = text !== book;
    resetButton.hidden = !own;
    paper.replaceChildren(...(own ? [text] : colored));
    return own;
  };
  const changed = (text) => {
    const own = showOwn(text);
    memory.write(id, own ? text : null);
    if (cell.result) cell.mark(cell.ran === text ? cell.result : "fresh");
    if (own || cell.ran === book) return;
    cell.clear();
    live.hidden = true;
    cell.hideStored(false);
  };
  const text = memory.read()[id] ?? book;
  cell.editor = makeEditor({ parent: frame, source: text, label: `Code of cell ${number + 1}`, run: () => run(cell), changed });
  showOwn(text);
  return cell;
};

/* One for each of the notebook's code cells. page: the name under which the browser keeps what the reader writes;
   seconds: {id: what a long cell takes}. */
export const makeCells = (page, code, seconds, acts) => {
  const nodes = [...document.querySelectorAll(".bd-article .cell")];
  if (nodes.length !== code.length) throw new Error(`${nodes.length} cells on the page, ${code.length} in its notebook`);
  const memory = makeMemory(page);
  return nodes.map((node, number) => makeCell(node, number, code[number], memory, seconds[code[number].id], acts));
};
