/* Python in a worker. It loads what pins.json names, checks every file against its hash before a byte of it
   runs, and then runs one cell after the other. Pyodide is Python for WebAssembly.

   What the page says: {kind: "start", interrupt}, then {kind: "run", cell, source}, and to a widget {kind: "tell", text}.
   What it hears: {kind: "loading", words, done, all}, {kind: "ready"}, {kind: "said", cell, text} for each message
   of bookkit.live.engine, {kind: "ran", cell, whole}, and {kind: "broken", words} when nothing more will come. */

const HERE = new URL(".", self.location.href);
const network = self.fetch.bind(self);
const checked = new Map(); // URL -> bytes that are what they should be

/* For the reader: what happened, and what to do. */
class Sentence extends Error {}

const OFFLINE = "Check the connection, then press Run again.";

const hexOf = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/* A file's bytes, if they have this SHA-256. */
const load = async ({ url, sha256 }, hear = () => {}) => {
  const name = url.split("/").pop();
  let response;
  try {
    response = await network(url, { credentials: "omit" });
  } catch {
    throw new Sentence(`${name} can't be had from ${new URL(url).host}. ${OFFLINE}`);
  }
  if (!response.ok) throw new Sentence(`${name}: ${new URL(url).host} answers ${response.status}. ${OFFLINE}`);
  const pieces = [];
  const reader = response.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      pieces.push(part.value);
      hear(part.value.length);
    }
  } catch {
    throw new Sentence(`${name} stopped coming from ${new URL(url).host}. ${OFFLINE}`);
  }
  const bytes = await new Blob(pieces).arrayBuffer();
  if (hexOf(await crypto.subtle.digest("SHA-256", bytes)) !== sha256) {
    throw new Sentence(`${name} from ${new URL(url).host} is not the file that this book knows, so nothing of it was run.`);
  }
  checked.set(url, bytes);
  return bytes;
};

/* Python's own requests for these files are answered from those that were checked. */
const serveChecked = (bases) => {
  self.fetch = async (request, options) => {
    const url = new URL(request.url ?? request, HERE).href;
    if (!checked.has(url) && bases.some((base) => url.startsWith(base))) {
      throw new TypeError(`${url} is not on the list of files that were checked.`);
    }
    if (!checked.has(url)) return network(request, options); // the reader's own code
    const type = url.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(checked.get(url), { headers: { "content-type": type } });
  };
};

/* The memory in which Python lives, by looking over the shoulder of who makes it. */
const watchMemory = () => {
  const found = {};
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(...size) {
      super(...size);
      found.memory ??= this;
    }
  };
  return found;
};

const importText = (bytes) => import(URL.createObjectURL(new Blob([bytes], { type: "text/javascript" })));

const filesOf = ({ core, book, product }) => [...Object.values(core), book, product];

const readPins = async () => {
  const pins = await (await network(new URL("pins.json", HERE))).json();
  const whole = (url) => new URL(url, HERE).href;
  for (const file of filesOf(pins)) file.url = whole(file.url);
  pins.packages = whole(pins.packages);
  return pins;
};

const start = async (interrupt) => {
  if (!self.crypto?.subtle) throw new Sentence("Files can be checked only on a page that came by https, or from this machine.");
  const pins = await readPins();
  const lock = pins.lock.packages;
  const fileOf = (name) => ({ url: pins.packages + lock[name].file_name, sha256: lock[name].sha256 });
  const first = filesOf(pins);
  const all = first.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const hear = (bytes) => {
    done += bytes;
    postMessage({ kind: "loading", words: "Loading Python", done, all });
  };
  hear(0);
  await Promise.all([...first.map((file) => load(file, hear)), load(fileOf("numpy"))]);

  postMessage({ kind: "loading", words: "Starting Python", done: all, all });
  const base = new URL(".", pins.core["pyodide.mjs"].url).href;
  serveChecked([base, pins.packages]);
  const bytesOf = (name) => checked.get(pins.core[name].url);
  const { loadPyodide } = await importText(bytesOf("pyodide.mjs"));
  await importText(bytesOf("pyodide.asm.js")); // else Pyodide would import it by its address
  const watched = watchMemory();
  const python = await loadPyodide({
    indexURL: base,
    packageBaseUrl: pins.packages,
    lockFileContents: JSON.stringify(pins.lock),
    env: { HOME: "/home/reader" },
  });
  python._api.on_fatal = () => postMessage({ kind: "broken", words: "Python broke down, and its variables are gone." });
  if (interrupt) python.setInterruptBuffer(interrupt);

  const there = new Set();
  const need = async (...names) => {
    const wanted = [];
    const add = (name) => {
      if (there.has(name) || wanted.includes(name)) return;
      lock[name].depends.forEach(add);
      wanted.push(name);
    };
    names.forEach(add);
    if (!wanted.length) return;
    await Promise.all(wanted.filter((name) => !checked.has(fileOf(name).url)).map((name) => load(fileOf(name))));
    const fail = (words) => {
      throw new Error(words);
    };
    await python.loadPackage(wanted, { messageCallback: () => {}, errorCallback: fail });
    wanted.forEach((name) => there.add(name));
    // Its first act is to look for fonts, and to say so.
    if (wanted.includes("matplotlib")) python.runPython("import logging; logging.getLogger('matplotlib').setLevel('ERROR')");
  };
  await need("numpy");
  python.unpackArchive(checked.get(pins.book.url), "zip", { extractDir: "/book" });
  const session = python.runPython(`
import os, sys
sys.path.insert(0, "/book")
os.makedirs("/book/chapters", exist_ok=True)
os.chdir("/book/chapters")
from bookkit.live.engine import Session
Session
`);
  const env = { memory: watched.memory };
  const { instance } = await WebAssembly.instantiate(checked.get(pins.product.url), { env });
  python.pyimport("bookkit.live.product").install(instance.exports.product);
  return { python, need, makeSession: (post) => session(post) };
};

/* What a cell needs beside NumPy, by a look at it. */
const NEEDS = [[/\bplots\.\w|\bmatplotlib\b/, "matplotlib"], [/\bplots\.\w|\bPIL\b|image_folders|\.png\b/, "pillow"]];

const lacking = new Set(); // what could not be had: said once
let engine = null;
let session = null;
let running = null;
let queue = Promise.resolve();

const words = (error) => (error instanceof Sentence ? error.message : `Python can't run here: ${error.message ?? error}`);

const say = (message) => postMessage({ kind: "said", cell: running, text: JSON.stringify(message) });

const run = async ({ cell, source }) => {
  running = cell;
  for (const [pattern, name] of NEEDS) {
    if (!pattern.test(source)) continue;
    try {
      postMessage({ kind: "loading", words: `Loading ${name}`, done: 0, all: 0 });
      await engine.need(name);
    } catch (error) {
      if (!lacking.has(name)) say({ kind: "stream", name: "stderr", text: `${words(error)} Without ${name}, nothing is drawn.\n` });
      lacking.add(name);
    }
  }
  postMessage({ kind: "running", cell });
  try {
    const whole = session.run(`<cell ${cell + 1}>`, source);
    postMessage({ kind: "ran", cell, whole });
  } catch (error) {
    postMessage({ kind: "broken", words: `Python broke down, and its variables are gone. (${error.message ?? error})` });
  }
};

self.onmessage = ({ data }) => {
  if (data.kind === "run") queue = queue.then(() => run(data));
  if (data.kind === "tell") queue = queue.then(() => session.hear(data.text));
  if (data.kind === "start") {
    queue = (async () => {
      try {
        engine = await start(data.interrupt);
        session = engine.makeSession((text) => postMessage({ kind: "said", cell: running, text }));
        postMessage({ kind: "ready" });
      } catch (error) {
        postMessage({ kind: "broken", words: words(error) });
        await new Promise(() => {}); // whatever was asked for is answered by a new worker
      }
    })();
  }
};
