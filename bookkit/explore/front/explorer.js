/* The front-end: controls, panes and a sentence, for whatever engine there is.

   model: get(name), set(name, value), save_changes(), on(event, callback), off(event, callback), and in a
   notebook send(message). page: what only the website has, {address: {read, write}, load(name)}. */

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && name !== "for") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

const WAITING = "Waiting for the kernel. If nothing comes, run the cell again.";
let explorers = 0;

const render = async ({ model, el, page = {} }) => {
  const id = `explorer-${++explorers}`;
  const axes = model.get("axes");
  const options = model.get("options");
  const playAxis = axes.find(({ name }) => name === options.play);
  const gone = new AbortController(); // aborts when the view goes

  const panes = model.get("panes").map((pane) => {
    const canvas = make("canvas", { role: "img", ariaLabel: `${pane.title}. The text below says what it shows.` });
    const title = make("p", {}, pane.title);
    const figure = make("div", { className: `explorer-pane explorer-${pane.kind} explorer-at-${pane.place || "panes"}` }, title, canvas);
    return { pane, canvas, figure, plot: null };
  });
  const words = make("p", { className: "explorer-words" });
  const spoken = make("div", { className: "explorer-spoken", role: "status" });
  const notice = make("p", { className: "explorer-notice", hidden: true });
  const controls = make("div", { className: "explorer-controls" });
  const play = make("button", { type: "button", className: "explorer-play" });
  const back = make("button", { type: "button", ariaLabel: `One step back: ${playAxis.label}` }, "\u25c2");
  const step = make("button", { type: "button", ariaLabel: `One step on: ${playAxis.label}` }, "\u25b8");
  const reset = make("button", { type: "button" }, "Reset");
  const buttons = make("div", { className: "explorer-buttons" }, play, back, step, reset);
  const root = make(
    "div",
    { className: `explorer${options.wide ? " explorer-wide" : ""}`, role: "group", ariaLabel: model.get("title") },
    make(
      "div",
      { className: "explorer-body" },
      make(
      "div",
      { className: "explorer-head" },
      make("div", { className: "explorer-panes" }, ...panes.filter(({ pane }) => !pane.below).map(({ figure }) => figure)),
      make("div", { className: "explorer-text" }, words, notice),
    ),
    ...panes.filter(({ pane }) => pane.below).map(({ figure }) => figure),
    make("div", { className: "explorer-hand" }, buttons, controls),
    ),
    spoken,
  );
  el.append(root);
  // JupyterLab takes arrow keys and letters for itself.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  let engine = null; // the one that computes, where there is one
  let stored = null; // the one with the frames that came along
  let position = { ...model.get("position") };
  let frame = null;
  let asking = null; // aborts what is being asked for
  let timer = 0;
  let seen = []; // the frames of a training, so that one can go back

  /* Controls */

  const inputs = {};
  const valuesOf = (axis) => (engine ? axis.offered : axis.values);
  const textOf = (axis, value) => {
    const place = axis.offered.indexOf(value);
    return place >= 0 ? axis.offeredTexts[place] : tickText(value);
  };
  const indexOf = (values, value) => {
    const place = values.indexOf(value);
    if (place >= 0 || typeof value === "string") return place;
    return values.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(values[best] - value) ? i : best), 0);
  };
  for (const axis of axes) {
    const name = `${id}-${axis.name}`;
    const input = axis.words ? make("select", { id: name }) : make("input", { id: name, type: "range", min: 0, step: 1 });
    const output = make("span", { className: "explorer-value", ariaHidden: "true" });
    const label = make("label", { for: name }, axis.label);
    controls.append(make("div", { className: "explorer-axis" }, label, output, input));
    inputs[axis.name] = { axis, input, output };
    input.addEventListener(axis.words ? "change" : "input", () => {
      stop();
      go({ [axis.name]: valuesOf(axis)[axis.words ? input.selectedIndex : input.valueAsNumber] }, axis.name);
    });
  }
  const offer = () => {
    for (const { axis, input } of Object.values(inputs)) {
      if (!axis.words) input.max = valuesOf(axis).length - 1;
      else input.replaceChildren(...valuesOf(axis).map((value) => make("option", {}, textOf(axis, value))));
    }
    showPosition();
  };
  const showPosition = () => {
    for (const { axis, input, output } of Object.values(inputs)) {
      const value = position[axis.name];
      const place = indexOf(valuesOf(axis), value);
      if (axis.words) input.selectedIndex = place;
      else {
        input.value = place;
        output.textContent = textOf(axis, value);
        input.setAttribute("aria-valuetext", textOf(axis, value));
      }
    }
    back.disabled = !neighbor(-1);
    step.disabled = !neighbor(1);
  };
  const neighbor = (direction) => {
    const values = valuesOf(playAxis);
    const place = indexOf(values, position[playAxis.name]) + direction;
    return place in values ? { [playAxis.name]: values[place] } : null;
  };
  const say = (text) => {
    notice.textContent = text;
    notice.hidden = !text;
  };

  /* Pictures */

  const draw = () => {
    for (const each of panes) {
      const needed = each.pane.needs || each.pane.field;
      each.figure.hidden = !frame || (needed && !frame.arrays[needed]);
      const brush = !each.figure.hidden && makeBrush(each.canvas, root);
      if (brush) each.plot = drawings[each.pane.kind](brush, each.pane, frame.arrays, frame.position);
    }
  };
  let speaking = 0;
  const show = (newest) => {
    frame = newest;
    draw();
    words.textContent = frame.words;
    clearTimeout(speaking); // a screen reader hears where one stopped, not every place on the way
    speaking = setTimeout(() => (spoken.textContent = frame.words), 700);
    root.dataset.frames = Number(root.dataset.frames || 0) + 1;
  };

  /* Moving */

  const setting = (place) => JSON.stringify(axes.map(({ name }) => (name === options.time ? 0 : place[name])));
  const keep = () => {
    model.set("position", { ...position });
    model.save_changes();
    if (options.address) page.address?.write(position);
  };
  const remembered = () => {
    if (!options.time || !seen.length || setting(seen[0].position) !== setting(position)) return null;
    const late = seen.filter((each) => each.position[options.time] >= position[options.time]);
    return late[0] || null;
  };

  /* Go to a position. axis: the one that the reader moved. fresh: train anew, also where there is a frame. */
  const go = async (changes, axis, { fresh = false } = {}) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    const live = engine && (fresh || !stored.has({ ...position, ...changes }));
    const from = live ? engine : stored;
    const settled = from.settle({ ...position, ...changes }, axis);
    position = settled.position;
    say(settled.words);
    showPosition();
    const slow = setTimeout(() => live && !mine.signal.aborted && say(WAITING), 1500);
    try {
      const known = !fresh && live && remembered();
      if (known) {
        position = { ...position, [options.time]: known.position[options.time] };
        showPosition();
        show(known);
        keep();
        return;
      }
      if (live && options.time) seen = [];
      keep();
      for await (const newest of from.ask(position, { signal: mine.signal, watch: fresh })) {
        if (mine.signal.aborted) break;
        clearTimeout(slow);
        if (notice.textContent === WAITING) say("");
        if (live && options.time) {
          seen.push(newest);
          position = { ...position, [options.time]: newest.position[options.time] };
          showPosition();
        }
        show(newest);
      }
      if (live && options.time && !mine.signal.aborted) keep();
    } catch (error) {
      if (!mine.signal.aborted) {
        say(error.message);
        spoken.textContent = error.message;
      }
    } finally {
      clearTimeout(slow);
      if (asking === mine) {
        asking = null;
        if (!timer) showPlay(false);
      }
    }
  };

  const trains = () => engine && options.time;
  const showPlay = (running) => {
    play.textContent = running ? (trains() ? "Stop" : "Pause") : trains() ? "Train" : "Play";
    play.title = trains() ? "Train from the first epoch" : `Move: ${playAxis.label.toLowerCase()}`;
    play.dataset.running = running;
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    asking?.abort();
    showPlay(false);
  };
  play.addEventListener("click", () => {
    if (play.dataset.running === "true") {
      stop();
      keep();
      return;
    }
    showPlay(true);
    if (trains()) {
      go({ [options.time]: playAxis.offered.at(-1) }, options.time, { fresh: true });
      return;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!neighbor(1)) go({ [playAxis.name]: valuesOf(playAxis)[0] }, playAxis.name);
    timer = setInterval(() => {
      const next = neighbor(1);
      if (next) go(next, playAxis.name);
      else stop();
    }, calm ? 1200 : options.pace || 160);
  });
  for (const [button, direction] of [[back, -1], [step, 1]]) {
    button.addEventListener("click", () => {
      stop();
      const next = neighbor(direction);
      if (next) go(next, playAxis.name);
      else button.blur();
    });
  }
  reset.addEventListener("click", () => {
    stop();
    go(Object.fromEntries(axes.map(({ name, start }) => [name, start])), playAxis.name);
  });

  /* A finger on a picture moves the two axes that it names. */
  for (const each of panes.filter(({ pane }) => pane.drag)) {
    const pick = (event) => {
      const box = each.canvas.getBoundingClientRect();
      const wanted = [each.plot.fromX(event.clientX - box.left), each.plot.fromY(event.clientY - box.top)];
      const changes = {};
      each.pane.drag.forEach((name, i) => {
        const values = valuesOf(inputs[name].axis);
        changes[name] = values[indexOf(values, wanted[i])];
      });
      stop();
      if (Object.entries(changes).some(([name, value]) => position[name] !== value)) go(changes, each.pane.drag[0]);
    };
    each.canvas.classList.add("explorer-drag");
    each.canvas.addEventListener("pointerdown", (event) => {
      each.canvas.setPointerCapture(event.pointerId);
      pick(event);
    });
    each.canvas.addEventListener("pointermove", (event) => event.buttons && pick(event));
  }

  /* The setting as code */

  if (options.code) {
    const text = () => {
      const parts = { ...position };
      for (const [name, { axis, table }] of Object.entries(options.codes)) parts[name] = table[position[axis]];
      const fill = (whole) => whole.replace(/\{\{(\w+)\}\}/g, (_, name) => String(parts[name]));
      return fill(fill(options.code)); // a part may hold a placeholder itself
    };
    const code = make("pre", { tabIndex: 0, ariaLabel: "This setting as code" });
    const details = make("details", { className: "explorer-code" }, make("summary", {}, "This setting as code"), code);
    const copy = make("button", { type: "button" }, "Copy as code");
    copy.addEventListener("click", async () => {
      code.textContent = text();
      details.open = true;
      let done = false;
      try {
        await navigator.clipboard.writeText(code.textContent);
        done = true;
      } catch {
        getSelection().selectAllChildren(code); // no clipboard here: mark it, so that one can copy by hand
      }
      say(done ? "Copied. It runs as it stands." : "Marked below: copy it from there.");
    });
    details.addEventListener("toggle", () => (code.textContent = text()));
    buttons.append(copy);
    root.append(details);
  }

  /* Begin */

  const redraw = () => requestAnimationFrame(draw);
  const sizes = new ResizeObserver(redraw);
  panes.forEach(({ canvas }) => sizes.observe(canvas));
  const looks = new MutationObserver(redraw);
  for (const element of [document.documentElement, document.body]) {
    looks.observe(element, { attributes: true, attributeFilter: ["class", "data-theme", "data-jp-theme-light", "style"] });
  }
  const follow = () => {
    const wanted = model.get("position");
    if (axes.some(({ name }) => wanted[name] !== position[name])) go(wanted, playAxis.name);
  };
  model.on("change:position", follow);
  gone.signal.addEventListener("abort", () => {
    stop();
    sizes.disconnect();
    looks.disconnect();
    model.off("change:position", follow);
  });

  stored = await storedEngine(model, axes, options, page);
  const sent = options.address ? page.address?.read(axes) : null;
  showPlay(false);
  offer();
  await go(sent || {}, playAxis.name);
  findKernel(model, () => {
    engine = kernelEngine(model, stored.constants);
    root.dataset.live = "true";
    offer();
    showPlay(false);
    if (!frame) go({}, playAxis.name); // nothing came along for this place
  });
  return () => gone.abort();
};

/* What came along with the widget; for a reader's own layers nothing does. */
const storedEngine = async (model, axes, options, page) => {
  const block = asBytes(model.get("sheet"));
  if (options.replays) return replayEngine(block, axes, options, page);
  if (block.length) return framesEngine(block, axes);
  return {
    live: false,
    constants: {},
    has: () => false,
    settle: (position) => ({ position, words: "" }),
    async *ask() {
      throw new Error("These layers are your own: run the cell, and the kernel trains them.");
    },
  };
};

export default { render };
