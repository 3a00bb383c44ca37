/* Explorers that Python computes, as their front-end knows them in a notebook. */

import { make } from "./make.js";

const STATIC = new URL("..", import.meta.url);

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
  document.head.append(make("link", { rel: "stylesheet", href: new URL("explorers.css", STATIC).href }));
  await new Promise((resolve, reject) => {
    document.head.append(make("script", { src: new URL("explorers.js", STATIC).href, onload: resolve, onerror: reject }));
  });
};

/* All explorers of a page; tell(message) goes to Python. */
export const makeWidgets = (tell) => {
  const models = new Map(); // by the number that Python gave them
  return {
    show: async (place, { widget, state }) => {
      const el = make("div", { class: "output live-explorer" });
      place.append(el);
      await loadExplorers();
      const model = modelOf(state, (told) => tell({ widget, ...told }));
      models.set(widget, model);
      explorer.render({ model, el });
    },
    hear: (message) => models.get(message.widget)?.hear(message),
    end: () => {
      models.forEach((model) => model.end());
      models.clear();
    },
  };
};
