// The website's host: it reads the explorers that a notebook saved out of the page, and shows them without a kernel.
(() => {
  const decode = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const parse = (script) => JSON.parse(script.textContent);
  const scripts = (kind) => document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${kind}+json"]`);

  // What the front-end asks of a model; there is no kernel, so there is nothing to send.
  const modelOf = ({ state, buffers = [] }) => {
    const values = { ...state };
    for (const { path, data } of buffers) values[path[0]] = decode(data);
    const heard = {};
    return {
      get: (name) => values[name],
      set(name, value) {
        values[name] = value;
        (heard[`change:${name}`] || []).forEach((callback) => callback());
      },
      on: (event, callback) => (heard[event] ||= []).push(callback),
      off: (event, callback) => (heard[event] = (heard[event] || []).filter((each) => each !== callback)),
      save_changes() {},
    };
  };

  // The reader's place, in the page's address: #depth=2&learning_rate=0.1
  const address = {
    read: () => Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
    watch: (callback) => addEventListener("hashchange", callback),
    write(position) {
      try {
        history.replaceState(null, "", `#${new URLSearchParams(position)}`);
      } catch {
        // a browser may allow so many changes a minute and no more: the next one will tell
      }
    },
  };

  const models = {};
  scripts("state").forEach((script) => Object.assign(models, parse(script).state));
  scripts("view").forEach((script) => {
    const saved = models[parse(script).model_id];
    if (!saved || saved.model_name !== "AnyModel") return;
    const el = document.createElement("div");
    script.replaceWith(el);
    explorer.render({ model: modelOf(saved), el, page: { address } });
  });
})();
