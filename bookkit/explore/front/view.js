/* What an explorer is made of on the page: its elements, and what belongs to a few of them alone. */

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && name !== "for") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

/* Write a text into its own element. A new text node would have the browser style the whole page anew. */
const write = (element, text) => {
  if (element.firstChild) element.firstChild.data = text;
  else element.append(text);
};

// Notebook 7 takes arrow keys before they reach a control, unless the control itself says no.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// How many panes of a place share a line, and on a phone.
const IN_LINE = { row: 1, beside: 2, any: 4 };
const ON_A_PHONE = { row: 1, beside: 1, alone: 1, four: 2, any: 3 };

/* The panes in lines. */
const linesOf = (panes, rooms) => {
  const room = ({ pane }) => rooms[pane.place] ?? rooms.any;
  const lines = [];
  for (const each of panes) {
    const line = lines.at(-1);
    if (!line || line.length >= Math.min(room(line[0]), room(each))) lines.push([each]);
    else line.push(each);
  }
  return lines;
};

/* The elements of an explorer, by name; `panes` are {pane, canvas, figure, plot}. */
const makeView = (title, paneList, options, playAxis) => {
  const panes = paneList.map((pane) => {
    const canvas = make("canvas", { role: "img", ariaLabel: `${pane.title}. The text below says what it shows.` });
    const className = `explorer-pane explorer-${pane.kind} explorer-at-${pane.place || "panes"}`;
    return { pane, canvas, figure: make("div", { className }, make("p", {}, pane.title), canvas), plot: null };
  });
  const figures = (list) => list.map(({ figure }) => figure);
  const beside = panes.filter(({ pane }) => !pane.below);
  const [first] = linesOf(beside, ON_A_PHONE);
  const button = (text, label) => make("button", { type: "button", ...OWN_KEYS, ...(label && { ariaLabel: label }) }, text);
  const view = {
    panes,
    playAxis,
    words: make("p", { className: "explorer-words" }),
    spoken: make("div", { className: "explorer-spoken", role: "status" }),
    notice: make("p", { className: "explorer-notice", hidden: true }),
    controls: make("div", { className: "explorer-controls" }),
    play: make("button", { type: "button", className: "explorer-play", ...OWN_KEYS }),
    back: button("\u25c2", `One step back: ${playAxis.label}`),
    step: button("\u25b8", `One step on: ${playAxis.label}`),
    reset: button("Reset"),
  };
  view.buttons = make("div", { className: "explorer-buttons" }, view.play, view.back, view.step, view.reset);
  // On a phone, the first line of pictures stays in sight.
  const sticky = make("div", { className: "explorer-first" }, ...figures(first));
  const lines = linesOf(beside, IN_LINE).map((line, i) =>
    make("div", { className: "explorer-line" }, ...(i ? figures(line) : [sticky, ...figures(line.slice(first.length))])),
  );
  const shown = make("div", { className: "explorer-panes" }, ...lines);
  const text = make("div", { className: "explorer-text" }, view.words, view.notice);
  const head = make("div", { className: "explorer-head" }, shown, text);
  view.sets = make("div", { className: "explorer-sets" });
  const sets = options.sets ? [view.sets] : [];
  const hand = make("div", { className: "explorer-hand" }, ...(options.question ? [] : [view.buttons]), ...sets, view.controls);
  const body = make("div", { className: "explorer-body" }, head, ...figures(panes.filter(({ pane }) => pane.below)), hand);
  const kind = options.wide ? " explorer-wide" : options.question ? ` explorer-glance explorer-glance-${panes.length}` : "";
  const className = `explorer${kind}${options.thirds ? " explorer-thirds" : ""}`;
  const question = options.question ? [make("p", { className: "explorer-question" }, options.question)] : [];
  view.root = make("div", { className, role: "group", ariaLabel: title }, ...question, body, view.spoken);
  // JupyterLab takes arrow keys and letters for itself.
  view.root.addEventListener("keydown", (event) => event.stopPropagation());
  return view;
};

/* One axis' control: {axis, input, output}. moved(index) is called when the reader moves it. */
const makeControl = (view, axis, id, moved) => {
  const input = axis.words
    ? make("select", { id, ...OWN_KEYS })
    : make("input", { id, type: "range", min: 0, step: 1, ...OWN_KEYS });
  const output = make("span", { className: "explorer-value", ariaHidden: "true" });
  const label = make("label", { for: id }, axis.label);
  const className = `explorer-axis${axis === view.playAxis ? " explorer-axis-play" : ""}`;
  view.controls.append(make("div", { className }, label, output, input));
  view.controls.classList.toggle("explorer-odd"); // of an odd number
  const event = axis.words ? "change" : "input";
  input.addEventListener(event, () => moved(axis.words ? input.selectedIndex : input.valueAsNumber));
  return { axis, input, output };
};

/* A pointer over a picture: redraw() is called when each.pointer, its place in pixels or null, has changed. */
const addPointer = (each, redraw) => {
  const { canvas } = each;
  let timer = 0;
  const point = (place) => {
    clearTimeout(timer);
    each.pointer = place;
    requestAnimationFrame(redraw);
  };
  const pick = (event) => {
    const box = canvas.getBoundingClientRect();
    point([event.clientX - box.left, event.clientY - box.top]);
    if (event.pointerType !== "mouse") timer = setTimeout(() => point(null), 4000); // a finger never leaves
  };
  canvas.addEventListener("pointermove", pick);
  canvas.addEventListener("pointerdown", pick);
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && point(null));
};

/* Neurons to look at, by a pointer or by the arrow keys. chosen(neuron) is called with {layer, neuron}, or null. */
const addChoice = (each, chosen) => {
  const { canvas } = each;
  let now = null;
  const choose = (next) => {
    if (next?.layer === now?.layer && next?.neuron === now?.neuron) return;
    now = next;
    chosen(now);
  };
  const pick = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const { nodes, size } = each.plot ?? { nodes: [] };
    choose(nodes.find((node) => Math.max(Math.abs(node.x - x), Math.abs(node.y - y)) <= size / 2 + 1) ?? null);
  };
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  Object.assign(canvas, { tabIndex: 0 });
  canvas.setAttribute("data-lm-suppress-shortcuts", "true");
  canvas.addEventListener("pointermove", pick);
  canvas.addEventListener("pointerdown", pick);
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && choose(null));
  canvas.addEventListener("blur", () => choose(null));
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (event.key === "Escape") choose(null);
    if (!move) return;
    event.preventDefault();
    const wanted = now ? { layer: now.layer + move[0], neuron: now.neuron + move[1] } : { layer: 1, neuron: 0 };
    const there = each.plot.nodes.find(({ layer, neuron }) => layer === wanted.layer && neuron === wanted.neuron);
    if (there) choose(there);
  });
};

/* The setting as a program, to read and to copy; returns what brings it up to date. */
const addCode = (view, { code: template, codes }, position, say) => {
  const text = () => {
    const parts = { ...position() };
    for (const [name, { axis, table, other }] of Object.entries(codes)) parts[name] = table[position()[axis]] ?? other;
    const fill = (whole) => whole.replace(/\{\{(\w+)\}\}/g, (_, name) => String(parts[name]));
    return fill(fill(template)); // a part may hold a placeholder itself
  };
  const code = make("pre", { tabIndex: 0, ariaLabel: "This setting as code", ...OWN_KEYS });
  const details = make("details", { className: "explorer-code" }, make("summary", OWN_KEYS, "This setting as code"), code);
  const copy = make("button", { type: "button", ...OWN_KEYS }, "Copy as code");
  const refresh = () => {
    const now = text(); // written only where it changed, or what a reader marked would be lost
    if (details.open && code.textContent !== now) code.textContent = now;
  };
  copy.addEventListener("click", async () => {
    details.open = true;
    refresh();
    try {
      await navigator.clipboard.writeText(code.textContent);
      say("Copied. It runs as it stands, wherever the book is installed.");
    } catch {
      getSelection().selectAllChildren(code); // no clipboard here: mark it, so that one can copy by hand
      say("Marked below: copy it from there.");
    }
  });
  details.addEventListener("toggle", refresh);
  view.buttons.append(copy);
  view.root.append(details);
  return refresh;
};

/* Call redraw when a canvas changes its size, or the page its colors; returns what ends it. */
const watchLooks = (panes, redraw) => {
  const later = () => requestAnimationFrame(redraw);
  const sizes = new ResizeObserver(later);
  panes.forEach(({ canvas }) => sizes.observe(canvas));
  const looks = new MutationObserver(later);
  const attributeFilter = ["class", "data-theme", "data-jp-theme-light", "style"];
  for (const element of [document.documentElement, document.body]) {
    looks.observe(element, { attributes: true, attributeFilter });
  }
  return () => {
    sizes.disconnect();
    looks.disconnect();
  };
};
