/* A page whose cells run: editors in the place of its code, outputs where the stored ones were.

   begin(place, number) is called by the first press on a Run button: that of a cell, by its number, or of the page.
   place is what stands below the page's title. */

import { makeEditor } from "./editor.js";

const HERE = new URL(".", import.meta.url);
const ENDED = "Python was ended, its variables are gone, and the next cell wakes it again";
const PATIENCE = 3000; // milliseconds after which a cell that was told to stop may be ended by force

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

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

/* Outputs */

const block = (kind, text) =>
  make("div", { class: `output ${kind} notranslate` }, make("div", { class: "highlight" }, make("pre", {}, text)));

/* A line that is written over shows what was written last. */
const settled = (text) => text.replace(/^.*\r(?!\n)/gm, "");

const picture = (data, { alt = "", width, height } = {}) =>
  make("img", { src: `data:image/png;base64,${data}`, alt, ...(width && { width, height }) });

const decode = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const encode = (view) => btoa(Array.from(new Uint8Array(view.buffer), (code) => String.fromCharCode(code)).join(""));
const valueOf = ({ value, bytes }) => (bytes ? decode(value) : value);

/* An explorer of Python's, as its front-end knows one in a notebook. tell(message) goes to Python. */
const modelOf = (state, tell) => {
  const values = Object.fromEntries(Object.entries(state).map(([name, each]) => [name, valueOf(each)]));
  const changed = new Set();
  const heard = {};
  const emit = (event, ...details) => [...(heard[event] ?? [])].forEach((callback) => callback(...details));
  const put = (name, value) => {
    values[name] = value;
    emit(`change:${name}`);
  };
  return {
    get: (name) => values[name],
    set(name, value) {
      changed.add(name);
      put(name, value);
    },
    save_changes() {
      for (const name of changed) {
        const value = values[name];
        const bytes = value instanceof DataView;
        tell({ name, value: bytes ? encode(value) : value, bytes });
      }
      changed.clear();
    },
    on: (event, callback) => (heard[event] ??= []).push(callback),
    off: (event, callback) => (heard[event] = (heard[event] ?? []).filter((each) => each !== callback)),
    send: (message) => tell({ message }),
    // What Python says.
    hear: (said) => {
      if (said.name) put(said.name, valueOf(said));
      else emit("msg:custom", said.message, said.buffers.map(decode));
    },
    end: () => emit("comm_live_update"),
  };
};

/* The explorers' own script, which pages without one do not load. */
const loadExplorers = async () => {
  if (globalThis.explorer) return;
  const root = new URL("..", HERE);
  document.head.append(make("link", { rel: "stylesheet", href: new URL("explorers.css", root).href }));
  await new Promise((resolve, reject) => {
    document.head.append(make("script", { src: new URL("explorers.js", root).href, onload: resolve, onerror: reject }));
  });
};

const show = (place, message, showWidget) => {
  if (message.kind === "stream") {
    const last = place.lastElementChild;
    if (last?.dataset.stream === message.name) {
      const pre = last.querySelector("pre");
      pre.textContent = settled(pre.textContent + message.text);
    } else {
      const shown = block(message.name === "stderr" ? "stderr" : "stream", settled(message.text));
      shown.dataset.stream = message.name;
      place.append(shown);
    }
  } else if (message.kind === "error") {
    place.append(block("traceback", message.text));
  } else {
    const { data, metadata } = message;
    if (data["application/x-explorer"]) showWidget(place, data["application/x-explorer"]);
    else if (data["image/png"]) place.append(make("div", { class: "output image_png" }, picture(data["image/png"], metadata["image/png"])));
    else if (data["text/html"]) {
      const shown = make("div", { class: "output text_html" });
      shown.innerHTML = data["text/html"];
      place.append(shown);
    } else place.append(block("text_plain", data["text/plain"] ?? ""));
  }
};

/* A notebook's form of what was shown. */
const asOutput = (message) => {
  if (message.kind === "stream") return { output_type: "stream", name: message.name, text: message.text };
  if (message.kind === "error") {
    return { output_type: "error", ename: message.name, evalue: "", traceback: message.text.split("\n") };
  }
  return { output_type: "display_data", data: message.data, metadata: message.metadata };
};

/* Python, in a worker that can be ended and made anew. */
const makePython = (hear) => {
  const interrupt = self.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
  let worker = null;
  return {
    start: () => {
      worker = new Worker(new URL("worker.js", HERE), { type: "module" });
      worker.onmessage = ({ data }) => hear(data);
      worker.onerror = (event) => hear({ kind: "broken", words: `Python can't run here: ${event.message ?? "no worker"}` });
      worker.postMessage({ kind: "start", interrupt });
    },
    end: () => {
      worker?.terminate();
      worker = null;
    },
    alive: () => worker !== null,
    send: (message) => worker.postMessage(message),
    gentle: interrupt !== null,
    interrupt: () => {
      interrupt[0] = 2; // SIGINT: Python takes it back to 0
    },
    forget: () => {
      if (interrupt) interrupt[0] = 0;
    },
  };
};

/* See that the page is isolated, so that a cell can be told to stop. Where that takes a service worker, the page loads
   again, and this never returns. Once a visit is enough to try. */
const isolate = async (root, page, number) => {
  if (self.crossOriginIsolated || !navigator.serviceWorker || !self.isSecureContext) return;
  try {
    if (sessionStorage.getItem("book:isolated")) return;
    sessionStorage.setItem("book:isolated", "tried");
    await navigator.serviceWorker.register(new URL("isolate.js", root), { scope: root });
    await navigator.serviceWorker.ready;
    sessionStorage.setItem("book:begin", JSON.stringify([page, number]));
  } catch {
    return; // a browser that keeps nothing, or lets nothing work for it
  }
  location.reload();
  await new Promise(() => {});
};

const readNotebook = async (root, page) => {
  const response = await fetch(new URL(`_sources/${page}.ipynb`, root));
  if (!response.ok) throw new Error(`the notebook answers ${response.status}`);
  return response.json();
};

const textOf = (source) => (Array.isArray(source) ? source.join("") : source);

export const begin = async (place, chosen) => {
  const { page } = place.dataset;
  const root = new URL(place.dataset.root, location.href);
  await isolate(root, page, chosen);
  const notebook = await readNotebook(root, page);
  const nodes = [...document.querySelectorAll(".bd-article .cell")];
  const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
  if (nodes.length !== code.length) throw new Error(`${nodes.length} cells on the page, ${code.length} in its notebook`);

  document.head.append(make("link", { rel: "stylesheet", href: new URL("live.css", HERE).href }));
  const memory = makeMemory(page);
  const kept = memory.read();
  let state = "asleep"; // loading, ready, running, broken
  let waiting = []; // cells that will run, first to last
  let current = null;
  let timer = 0;

  /* What stands below: what goes on, and what one can do about it. */

  const status = make("span", { class: "live-status", role: "status" });
  const meter = make("progress", { class: "live-meter", hidden: true, "aria-label": "Loaded so far" });
  const button = (text, act, options = {}) => make("button", { type: "button", class: "live-button", onclick: act, ...options }, text);
  const stopButton = button("Stop", () => stop(), { hidden: true });
  const forceButton = button("End Python", () => restart(`${ENDED}.`), { hidden: true });
  const allButton = button("Run all", () => enqueue(cells));
  const anewButton = button("Start anew", () => restart(`${ENDED}.`));
  const saveButton = button("Download", () => download());
  const bar = make(
    "div",
    { class: "live-bar", role: "region", "aria-label": "Python on this page" },
    make("div", { class: "live-say" }, status, meter),
    make("div", { class: "live-do" }, stopButton, forceButton, allButton, anewButton, saveButton),
  );
  place.remove();
  document.querySelectorAll(".live-first").forEach((button) => button.remove());
  document.body.append(bar);
  document.body.classList.add("live");

  const say = (words) => {
    status.textContent = words;
  };
  const showState = (next) => {
    state = next;
    meter.hidden = state !== "loading";
    stopButton.hidden = !(state === "running" || waiting.length);
    allButton.disabled = state === "running" || waiting.length > 0;
    if (state !== "running") forceButton.hidden = true;
  };

  /* The cells */

  const mark = (cell, how) => {
    cell.how = how; // fresh, waiting, running, done, failed
    cell.node.dataset.live = how;
    cell.note.textContent = { waiting: "waits", running: "runs", done: "has run", failed: "stopped here" }[how] ?? "";
  };
  const restore = (cell) => {
    cell.shown = [];
    cell.live.replaceChildren();
    cell.live.hidden = true;
    if (cell.stored) cell.stored.hidden = false;
  };

  const makeCell = (node, number) => {
    node.dataset.live = "fresh";
    const { id, source, metadata } = code[number];
    const book = textOf(source);
    const input = node.querySelector(".cell_input");
    const stored = node.querySelector(".cell_output");
    const live = make("div", { class: "live-output cell_output", hidden: true });
    const cell = { node, number, id, book, tags: metadata?.tags ?? [], stored, live, shown: [], how: "fresh", ran: null, result: "" };
    cell.note = make("span", { class: "live-note" });
    cell.runButton = button("Run", () => run(cell), { "aria-label": `Run cell ${number + 1}` });
    cell.toButton = button("Run to here", () => runTo(cell), {
      "aria-label": `Run the cells above that have not run, then cell ${number + 1}`,
    });
    cell.resetButton = button("Reset", () => cell.editor.set(book), {
      hidden: true,
      "aria-label": `Bring back the book's text of cell ${number + 1}`,
    });
    const tools = make("div", { class: "live-tools" }, cell.runButton, cell.toButton, cell.resetButton, cell.note);
    const frame = make("div", { class: "live-editor highlight" });
    const printed = input.querySelector("div[class^=highlight]");
    printed.classList.add("live-printed"); // what paper shows
    const paper = printed.querySelector("pre");
    const colored = [...paper.childNodes];
    printed.after(frame, tools);
    if (stored) stored.after(live);
    else (input.closest("details") ?? input).after(live);
    cell.editor = makeEditor({
      parent: frame,
      source: kept[id] ?? book,
      label: `Code of cell ${number + 1}`,
      run: () => run(cell),
      changed: (text) => {
        const own = text !== book;
        cell.resetButton.hidden = !own;
        paper.replaceChildren(...(own ? [text] : colored));
        memory.write(id, own ? text : null);
        if (cell.result) mark(cell, cell.ran === text ? cell.result : "fresh");
        if (!own && cell.ran !== book) restore(cell);
      },
    });
    cell.resetButton.hidden = cell.editor.text() === book;
    if (!cell.resetButton.hidden) paper.replaceChildren(cell.editor.text());
    return cell;
  };
  const cells = nodes.map(makeCell);

  /* Running */

  const python = makePython((message) => hear[message.kind](message));

  const enqueue = (wanted) => {
    const added = wanted.filter((cell) => !waiting.includes(cell) && cell !== current);
    added.forEach((cell) => mark(cell, "waiting"));
    waiting.push(...added);
    if (!python.alive()) {
      showState("loading");
      say("Python is on its way.");
      python.start();
    } else next();
  };
  const notRun = ({ how }) => how === "fresh" || how === "failed";
  const above = (cell) => cells.slice(0, cell.number).filter(notRun);
  const runTo = (cell) => enqueue([...above(cell), cell]);
  // A cell by itself, after the imports; where it asks for a name of another cell, those above run after all.
  const run = (cell) => enqueue([...above(cell).filter(({ tags }) => tags.includes("setup")), cell]);
  const lacksName = (cell) => cell.shown.some(({ kind, name }) => kind === "error" && name === "NameError");

  const next = () => {
    if (current || state === "loading" || state === "asleep") return;
    current = waiting.shift() ?? null;
    if (!current) {
      showState("ready");
      return;
    }
    const cell = current;
    cell.ran = cell.editor.text();
    cell.shown = [];
    cell.live.replaceChildren();
    cell.live.hidden = false;
    // What is stored is there until something new comes: nothing jumps.
    mark(cell, "running");
    showState("running");
    const left = waiting.length ? `, ${waiting.length} more to come` : "";
    say(`Cell ${cell.number + 1} runs${left}.`);
    python.forget();
    python.send({ kind: "run", cell: cell.number, source: cell.ran });
  };

  const drop = () => {
    waiting.forEach((cell) => mark(cell, "fresh"));
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
    say("Python was told to stop.");
    const stopping = current;
    timer = setTimeout(() => {
      if (current !== stopping) return;
      forceButton.hidden = false;
      say("Python is in the middle of a long computation and doesn't hear. You can end it; its variables are then gone.");
    }, PATIENCE);
  };

  const restart = (words) => {
    clearTimeout(timer);
    python.end();
    drop();
    current = null;
    widgets.forEach((model) => model.end());
    widgets.clear();
    cells.forEach((cell) => {
      cell.result = "";
      mark(cell, "fresh");
    });
    showState("asleep");
    say(words);
  };

  const widgets = new Map(); // by the number that Python gave them
  const showWidget = async (place, { widget, state: traits }) => {
    const el = make("div", { class: "output live-explorer" });
    place.append(el);
    await loadExplorers();
    const model = modelOf(traits, (told) => {
      if (!python.alive()) throw new Error("Python is not awake");
      python.send({ kind: "tell", text: JSON.stringify({ widget, ...told }) });
    });
    widgets.set(widget, model);
    explorer.render({ model, el });
  };

  const hear = {
    loading: ({ words, done, all }) => {
      if (all) {
        meter.max = all;
        meter.value = done;
        say(`${words}: ${megabytes(done)} of ${megabytes(all)} MB.`);
      } else say(`${words}.`);
    },
    ready: () => {
      showState("ready");
      say("Python is ready.");
      next();
    },
    running: () => {},
    said: ({ cell: number, text }) => {
      const cell = cells[number];
      const message = JSON.parse(text);
      if (message.kind === "widget") {
        widgets.get(message.widget)?.hear(message);
        return;
      }
      const last = cell.shown.at(-1);
      if (message.kind === "stream" && last?.kind === "stream" && last.name === message.name) last.text += message.text;
      else cell.shown.push({ ...message });
      if (cell.stored) cell.stored.hidden = true;
      show(cell.live, message, showWidget);
    },
    ran: ({ cell: number, whole }) => {
      const cell = cells[number];
      clearTimeout(timer);
      if (cell.stored && (cell.shown.length || cell.ran !== cell.book)) cell.stored.hidden = true;
      cell.result = whole ? "done" : "failed";
      mark(cell, cell.result);
      current = null;
      if (whole) {
        if (!waiting.length) say(`Cell ${number + 1} has run.`);
      } else if (lacksName(cell) && above(cell).length && !waiting.length) {
        runTo(cell);
      } else {
        drop();
        say(`Cell ${number + 1} stopped with an error.`);
      }
      next();
    },
    broken: ({ words }) => {
      if (current) mark(current, "failed");
      restart(words);
    },
  };

  /* Taking it home */

  const download = () => {
    const copy = structuredClone(notebook);
    const mine = copy.cells.filter(({ cell_type }) => cell_type === "code");
    cells.forEach((cell, number) => {
      const text = cell.editor.text();
      mine[number].source = text;
      if (cell.ran === text) mine[number].outputs = cell.shown.map(asOutput);
      else if (text !== cell.book) mine[number].outputs = [];
    });
    const link = make("a", {
      href: URL.createObjectURL(new Blob([JSON.stringify(copy, null, 1)], { type: "application/x-ipynb+json" })),
      download: `${page.split("/").pop()}.ipynb`,
    });
    link.click();
    URL.revokeObjectURL(link.href);
  };

  if (chosen === null) enqueue([]);
  else run(cells[chosen]);
};
