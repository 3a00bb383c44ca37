/* The front-end: controls, panes and a sentence, for whatever engine there is.

   model: get(name), set(name, value), save_changes(), on(event, callback), off(event, callback), and in a
   notebook send(message). page: what only the website has, {address: {read, write, watch}}. */

const WAITING = "Waiting for the kernel. If nothing comes, run the cell again.";
const GONE = "The kernel was restarted or is gone.";
const AFTER = {
  stored: "These are the stored pictures: run the cell again for all the others.",
  computed: "Everything is computed here now, without it.",
};
// JupyterLab loads this module once for each widget: a count here would begin anew each time.
const newId = () => `explorer-${Math.random().toString(36).slice(2)}`;

const render = async ({ model, el, page = {} }) => {
  if (model.get("network")) return renderGarment({ model, el });
  const id = newId();
  const axes = model.get("axes");
  const options = model.get("options");
  const playAxis = axes.find(({ name }) => name === options.play);
  const view = makeView(model.get("title"), model.get("panes"), options, playAxis);
  const { panes, words, spoken, notice, play, back, step, root } = view;
  el.append(root);

  let engine = null; // the one that computes, where there is one
  let stored = null; // the one for which all it needs came along
  let position = { ...model.get("position") };
  let wish = position; // what the reader asked for with the control that moved last
  let last = null;
  let frame = null;
  let asking = null; // aborts what is being asked for
  let timer = 0;
  let paused = false;
  let seen = []; // the frames of a training, so that one can go back

  /* Controls */

  const inputs = {};
  const valuesOf = (axis) => (engine || stored?.computes ? axis.offered : axis.values);
  const textOf = (axis, value) => {
    const place = axis.offered.indexOf(value);
    return place >= 0 ? axis.offeredTexts[place] : tickText(value);
  };
  const indexOf = (values, value) => {
    const place = values.indexOf(value);
    if (place >= 0 || typeof value === "string") return place;
    return values.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(values[best] - value) ? i : best), 0);
  };
  for (const axis of axes.filter(({ offered }) => offered.length > 1)) { // of one value, nothing is to be chosen
    inputs[axis.name] = makeControl(view, axis, `${id}-${axis.name}`, (index) => {
      const running = trains() && play.dataset.running === "true" && axis.name !== options.time;
      const change = { [axis.name]: valuesOf(axis)[index] };
      stop();
      paused = false;
      if (running) train(change);
      else go(change, axis.name);
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
        write(output, textOf(axis, value));
        input.setAttribute("aria-valuetext", textOf(axis, value));
      }
    }
    back.ariaDisabled = String(!neighbor(-1)); // not disabled: focus would be lost at the end
    step.ariaDisabled = String(!neighbor(1));
  };
  const neighbor = (direction) => {
    const values = valuesOf(playAxis);
    const place = indexOf(values, position[playAxis.name]) + direction;
    return place in values ? { [playAxis.name]: values[place] } : null;
  };
  const say = (text) => {
    write(notice, text);
    notice.hidden = !text;
  };

  /* Pictures */

  const draw = (wanted = panes) => {
    for (const each of wanted) {
      const needed = each.pane.needs || each.pane.field;
      each.figure.hidden = !frame || (needed && !frame.arrays[needed]);
      const brush = !each.figure.hidden && makeBrush(each.canvas, root);
      if (brush) each.plot = drawings[each.pane.kind](brush, each.pane, frame.arrays, frame.position, each.chosen);
      if (brush && each.pointer && each.plot) drawReading(brush, each, frame);
    }
  };
  let speaking = 0;
  const show = (newest) => {
    frame = { ...newest, words: sentencesOf(newest.words, options.said) };
    draw();
    write(words, frame.words);
    refreshCode();
    clearTimeout(speaking); // a screen reader hears where one stopped, not every place on the way
    speaking = setTimeout(() => write(spoken, frame.words), 700);
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

  /* Go to a position. axis: the one that the reader moved. fresh: let one watch the training, from some time on. */
  const go = async (changes, axis, { fresh = false, from = 0 } = {}) => {
    asking?.abort();
    const mine = (asking = new AbortController());
    // One may drag over places that are not kept, and back: what they changed is only lent.
    wish = { ...(axis === last ? wish : position), ...changes };
    last = axis;
    const live = engine && (fresh || !stored.has(wish));
    const source = live ? engine : stored;
    const training = options.time && source.trains;
    const settled = source.settle(wish, axis);
    position = settled.position;
    say(settled.words);
    showPosition();
    root.ariaBusy = String(!fresh); // what comes before the last frame only says how far it is
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
      for await (const newest of source.ask(position, { signal: mine.signal, watch: fresh, from })) {
        if (mine.signal.aborted) break;
        clearTimeout(slow);
        if (notice.textContent === WAITING) say("");
        if (training) {
          if (live) seen.push(newest); // an engine on the page remembers by itself
          position = { ...position, [options.time]: newest.position[options.time] };
          showPosition();
        }
        show(newest);
      }
      if (training && !mine.signal.aborted) keep();
    } catch (error) {
      if (error instanceof KernelGone) loseKernel();
      else if (!mine.signal.aborted) {
        say(error.message);
        write(spoken, error.message);
      }
    } finally {
      clearTimeout(slow);
      if (asking === mine) {
        asking = null;
        root.ariaBusy = "false";
        if (!timer) showPlay(false);
      }
    }
  };

  /* Go on with what came along, as near as it comes to where the reader was. */
  const loseKernel = () => {
    if (!engine) return;
    stop();
    engine = null;
    seen = [];
    root.dataset.live = "false";
    offer();
    showPlay(false);
    const near = (axis) => {
      const values = valuesOf(axis), now = position[axis.name];
      return axis.words && !values.includes(now) ? axis.start : values[indexOf(values, now)];
    };
    go(Object.fromEntries(axes.map((axis) => [axis.name, near(axis)])), playAxis.name).then(() => say(`${GONE} ${AFTER[stored.computes ? "computed" : "stored"]}`));
  };

  const trains = () => Boolean(options.time && (engine || stored)?.trains);
  const showPlay = (running) => {
    const begin = trains() ? "Train" : `Play: ${playAxis.label.toLowerCase()}`;
    write(play, running ? (trains() ? "Stop" : "Pause") : begin);
    play.dataset.running = running;
  };
  const train = (changes, from = 0) => {
    showPlay(true);
    go({ ...changes, [options.time]: playAxis.offered.at(-1) }, options.time, { fresh: true, from });
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
      paused = true;
      keep();
      return;
    }
    if (trains()) {
      train({}, paused ? position[options.time] : 0);
      return;
    }
    showPlay(true);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    // A training is watched from its beginning, unless one only paused.
    if (!neighbor(1) || (options.time && !paused)) go({ [playAxis.name]: valuesOf(playAxis)[0] }, playAxis.name);
    paused = false;
    timer = setInterval(() => {
      const next = neighbor(1);
      if (next) go(next, playAxis.name);
      else stop();
    }, Math.max(options.pace, calm ? 1200 : 0));
  });
  for (const [button, direction] of [[back, -1], [step, 1]]) {
    button.addEventListener("click", () => {
      stop();
      paused = false;
      const next = neighbor(direction);
      if (next) go(next, playAxis.name);
    });
  }
  view.reset.addEventListener("click", () => {
    stop();
    go(Object.fromEntries(axes.map(({ name, start }) => [name, start])), playAxis.name);
  });

  for (const [label, changes] of Object.entries(options.sets ?? {})) {
    const set = make("button", { type: "button", ...OWN_KEYS }, label);
    view.sets.append(set);
    set.addEventListener("click", () => {
      stop();
      go(changes, null);
    });
  }
  for (const each of panes.filter(({ pane }) => pane.drag)) {
    addDrag(each, () => position, (asked) => {
      const changes = {};
      for (const [name, value] of Object.entries(asked)) {
        const values = valuesOf(axes.find((axis) => axis.name === name));
        changes[name] = values[indexOf(values, value)];
      }
      stop();
      if (Object.entries(changes).some(([name, value]) => position[name] !== value)) go(changes, each.pane.drag[0]);
    });
  }
  // Where one drags, the controls say what stands there.
  for (const each of panes.filter(({ pane }) => pane.kind in readings && !pane.drag)) addPointer(each, () => draw([each]));
  for (const each of panes.filter(({ pane }) => pane.kind === "network")) {
    addChoice(each, (neuron) => {
      each.chosen = neuron;
      if (neuron) write(spoken, `Layer ${neuron.layer}, neuron ${neuron.neuron + 1}, shown large.`);
      draw([each]);
    });
  }
  const refreshCode = options.code ? addCode(view, options, () => position, say) : () => {};

  /* Begin */

  const endLooks = watchLooks(panes, () => draw());
  const follow = () => {
    const wanted = model.get("position");
    if (axes.some(({ name }) => wanted[name] !== position[name])) go(wanted, playAxis.name);
  };

  stored = await storedEngine(model, axes, options);
  position = wish = { ...model.get("position") }; // it may have moved meanwhile
  model.on("change:position", follow);
  showPlay(false);
  offer();
  const begin = async () => {
    const { found, odd } = readPlace(axes, (options.address && page.address?.read()) || {});
    if (!frame || Object.keys(found).length) await go(found, null);
    if (odd.length) say(`The address asks for something else at: ${odd.join(", ")}. Here is the nearest that this page has.`);
  };
  await begin();
  if (options.address) page.address?.watch(begin); // somebody pastes another address
  findKernel(model, () => {
    engine = kernelEngine(model, stored.constants);
    model.on("comm_live_update", loseKernel); // the notebook says so as soon as the kernel restarts
    root.dataset.live = "true";
    offer();
    showPlay(false);
    if (!frame) go({}, playAxis.name); // nothing came along for this place
  });
  return () => {
    stop();
    endLooks();
    model.off("change:position", follow);
    model.off("comm_live_update", loseKernel);
  };
};

/* A place as an address gives it, in words: {found: the nearest values, odd: the labels of what is not kept}. */
const readPlace = (axes, sent) => {
  const found = {}, odd = [];
  for (const { name, label, values, words } of axes.filter(({ name }) => name in sent)) {
    const value = words ? sent[name] : sent[name].trim() ? Number(sent[name]) : NaN;
    const near = words ? values : [...values].sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
    if (!values.includes(value)) odd.push(label);
    if (values.includes(value)) found[name] = value;
    else if (Number.isFinite(value)) found[name] = near[0];
  }
  return { found, odd };
};

/* kind -> what makes an engine that computes on the page */
const MADE = {
  playground: playgroundEngine,
  race: raceEngine,
  kernel: filterEngine,
  ...Object.fromEntries(Object.keys(COURSES).map((kind) => [kind, courseEngine])),
};

/* Of a text, the sentences that a glance says: from one on, to another. */
const sentencesOf = (text, said) => (said ? text.split(/(?<=[.?]) (?=[A-Z])/).slice(...said).join(" ") : text);

/* What came along with the widget; for a reader's own layers nothing does. */
const storedEngine = async (model, axes, options) => {
  const block = asBytes(model.get("sheet"));
  if (block.length) return (MADE[options.engine?.kind] ?? framesEngine)(block, axes, options);
  return {
    constants: {},
    has: () => false,
    settle: (position) => ({ position, words: "" }),
    async *ask() {
      throw new Error("These layers are your own: run the cell, and the kernel trains them.");
    },
  };
};

export default { render };
