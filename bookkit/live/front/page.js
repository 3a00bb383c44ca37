/* A page whose cells run.

   begin(place, number) is called by the first press on a Run button: that of a cell, by its number, or of the page.
   place is what stands below the page's title. */

import { inWords, makeButton, makeCells } from "./cells.js";
import { make } from "./make.js";
import { asOutput, show } from "./outputs.js";
import { isolate, makePython } from "./python.js";
import { makeWidgets } from "./widgets.js";

const ENDED = "Python was ended, its variables are gone, and the next cell wakes it again";
const PATIENCE = 3000; // milliseconds after which a cell that was told to stop may be ended by force

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

const read = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname.split("/").pop()} answers ${response.status}`);
  return response.json();
};

const isCode = ({ cell_type }) => cell_type === "code";

/* What stands below: what goes on, and what one can do about it. */
const makeBar = (acts) => {
  const status = make("span", { class: "live-status", role: "status" });
  const meter = make("progress", { class: "live-meter", hidden: true, "aria-label": "Loaded so far" });
  const stop = makeButton("Stop", acts.stop, { hidden: true });
  const force = makeButton("End Python", acts.restart, { hidden: true });
  const all = makeButton("Run all", acts.runAll);
  const others = [makeButton("Start anew", acts.restart), makeButton("Download", acts.download)];
  document.body.append(
    make(
      "div",
      { class: "live-bar", role: "region", "aria-label": "Python on this page" },
      make("div", { class: "live-say" }, status, meter),
      make("div", { class: "live-do" }, stop, force, all, ...others),
    ),
  );
  document.body.classList.add("live");
  return {
    say: (words) => {
      status.textContent = words;
    },
    offerForce: () => {
      force.hidden = false;
    },
    measure: (done, all) => {
      meter.max = all;
      meter.value = done;
    },
    showState: (state, waits) => {
      meter.hidden = state !== "loading";
      stop.hidden = !(state === "running" || waits);
      all.disabled = state === "running" || waits;
      if (state !== "running") force.hidden = true;
    },
  };
};

/* The notebook, as it stands on the page now. */
const download = (notebook, cells, name) => {
  const copy = structuredClone(notebook);
  const mine = copy.cells.filter(isCode);
  cells.forEach(({ editor, book, ran, shown }, number) => {
    const text = editor.text();
    mine[number].source = text;
    if (ran === text) mine[number].outputs = shown.map(asOutput);
    else if (text !== book) mine[number].outputs = [];
  });
  const file = new Blob([JSON.stringify(copy, null, 1)], { type: "application/x-ipynb+json" });
  const link = make("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
};

export const begin = async (place, chosen) => {
  const { page } = place.dataset;
  const root = new URL(place.dataset.root, location.href);
  await isolate(root, page, chosen);
  const notebook = await read(new URL(`_sources/${page}.ipynb`, root));
  const seconds = await read(new URL("seconds.json", import.meta.url));
  document.head.append(make("link", { rel: "stylesheet", href: new URL("live.css", import.meta.url).href }));

  let state = "asleep"; // loading, ready, running
  let waiting = []; // cells that will run, first to last
  let current = null;
  let timer = 0;

  const notRun = ({ how }) => how === "fresh" || how === "failed";
  const above = (cell) => cells.slice(0, cell.number).filter(notRun);
  const runTo = (cell) => enqueue([...above(cell), cell]);
  // A cell by itself, after the imports; where it asks for a name of another cell, those above run after all.
  const run = (cell) => enqueue([...above(cell).filter(({ tags }) => tags.includes("setup")), cell]);
  const lacksName = (cell) => cell.shown.some(({ kind, name }) => kind === "error" && name === "NameError");

  const cells = makeCells(page, notebook.cells.filter(isCode), seconds, { run, runTo });
  const bar = makeBar({
    stop: () => stop(),
    restart: () => restart(`${ENDED}.`),
    runAll: () => enqueue(cells),
    download: () => download(notebook, cells, `${page.split("/").pop()}.ipynb`),
  });
  const python = makePython((message) => hear[message.kind](message));
  const widgets = makeWidgets((told) => {
    if (!python.alive()) throw new Error("Python is not awake");
    python.send({ kind: "tell", text: JSON.stringify(told) });
  });
  place.remove();
  document.querySelectorAll(".live-first").forEach((button) => button.remove());

  const showState = (next) => {
    state = next;
    bar.showState(state, waiting.length > 0);
  };

  const enqueue = (wanted) => {
    const added = wanted.filter((cell) => !waiting.includes(cell) && cell !== current);
    added.forEach((cell) => cell.mark("waiting"));
    waiting.push(...added);
    if (!python.alive()) {
      showState("loading");
      bar.say("Python is on its way.");
      python.start();
    } else next();
  };

  const next = () => {
    if (current || state === "loading" || state === "asleep") return;
    current = waiting.shift() ?? null;
    if (!current) {
      showState("ready");
      return;
    }
    current.ran = current.editor.text();
    current.clear();
    current.live.hidden = false;
    // What is stored is there until something new comes: nothing jumps.
    current.mark("running");
    showState("running");
    const long = [current, ...waiting].reduce((sum, cell) => sum + cell.seconds, 0);
    const left = waiting.length ? `, ${waiting.length} more to come` : "";
    bar.say(`Cell ${current.number + 1} runs${left}${long ? `: ${inWords(long)}` : ""}.`);
    python.forget();
    python.send({ kind: "run", cell: current.number, source: current.ran });
  };

  const drop = () => {
    waiting.forEach((cell) => cell.mark("fresh"));
    waiting = [];
  };

  const stop = () => {
    drop();
    if (!current) {
      showState(state);
      return;
    }
    if (!python.gentle) {
      restart(`${ENDED}: there is no gentler way here.`);
      return;
    }
    python.interrupt();
    bar.say("Python was told to stop.");
    const stopping = current;
    timer = setTimeout(() => {
      if (current !== stopping) return;
      bar.offerForce();
      bar.say("Python is in the middle of a long computation and doesn't hear. You can end it; its variables are then gone.");
    }, PATIENCE);
  };

  const restart = (words) => {
    clearTimeout(timer);
    python.end();
    drop();
    current = null;
    widgets.end();
    cells.forEach((cell) => {
      cell.result = "";
      cell.mark("fresh");
    });
    showState("asleep");
    bar.say(words);
  };

  const hear = {
    loading: ({ words, done, all }) => {
      if (all) {
        bar.measure(done, all);
        bar.say(`${words}: ${megabytes(done)} of ${megabytes(all)} MB.`);
      } else bar.say(`${words}.`);
    },
    ready: () => {
      showState("ready");
      bar.say("Python is ready.");
      next();
    },
    running: () => {},
    said: ({ cell: number, text }) => {
      const message = JSON.parse(text);
      if (message.kind === "widget") {
        widgets.hear(message);
        return;
      }
      const cell = cells[number];
      const last = cell.shown.at(-1);
      if (message.kind === "stream" && last?.kind === "stream" && last.name === message.name) last.text += message.text;
      else cell.shown.push({ ...message });
      cell.hideStored(true);
      show(cell.live, message, widgets.show);
    },
    ran: ({ cell: number, whole }) => {
      const cell = cells[number];
      clearTimeout(timer);
      if (cell.shown.length || cell.ran !== cell.book) cell.hideStored(true);
      cell.result = whole ? "done" : "failed";
      cell.mark(cell.result);
      current = null;
      if (whole) {
        if (!waiting.length) bar.say(`Cell ${number + 1} has run.`);
      } else if (lacksName(cell) && above(cell).length && !waiting.length) {
        runTo(cell);
      } else {
        drop();
        bar.say(`Cell ${number + 1} stopped with an error.`);
      }
      next();
    },
    broken: ({ words }) => {
      current?.mark("failed");
      restart(words);
    },
  };

  if (chosen === null) enqueue([]);
  else run(cells[chosen]);
};
