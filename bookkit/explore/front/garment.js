/* A picture under the reader's hand, and what a network says of it at once; computed here, with or without a kernel. */

const inPercent = (value, [over, under] = ["over ", "under "]) => {
  if (value > 0.999) return `${over}99.9%`;
  if (value < 0.001) return `${under}0.1%`;
  return `${(100 * value).toFixed(value > 0.99 || value < 0.01 ? 1 : 0)}%`;
};
const pixelText = (value) => `${tickText(value)} pixel${Math.abs(value) === 1 ? "" : "s"}`;
const percentText = (value) => `${value}%`;

// name, label, lowest, highest, step, start, what to say
const MOVES = [
  ["turn", "Turn", -180, 180, 5, 0, (value) => `${tickText(value)}\u00b0`],
  ["right", "Shift right", -14, 14, 1, 0, pixelText],
  ["down", "Shift down", -14, 14, 1, 0, pixelText],
  ["light", "Brightness", 0, 200, 5, 100, percentText],
  ["noise", "Noise", 0, 50, 2, 0, percentText],
];
const TOOLS = { pen: ["Pen", 3], eraser: ["Eraser", 4], square: ["Black square", 8] };
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Draw on the picture with a finger or the mouse. By keyboard: arrows move, Space draws, Shift with an arrow draws a line.";
const WEIGHED = "Orange speaks for the answer: black there would make it less sure. Blue speaks against it.";

const renderGarment = async ({ model, el }) => {
  const id = newId();
  const opened = await openBlock(asBytes(model.get("network")));
  const { names, labels } = opened.header;
  const network = readNetwork(opened);
  const pictures = labels.map((_, i) => network.rest.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  const view = garmentView(model.get("title"), model.get("caption"), names, [...labels, "Blank: draw your own"], id);
  const { root, canvas, choice, sliders, tools, width, invert, weigh } = view;
  el.append(root);

  const widths = Object.fromEntries(Object.entries(TOOLS).map(([name, [, wide]]) => [name, wide]));
  const cursor = { x: 14, y: 14, shown: false };
  let base = pictures[0].slice(); // the picture with what was drawn on it, before it is turned
  let picture = null; // as the network gets it
  let weights = null; // of each pixel, where they are shown
  let speaking = 0;

  const tool = () => tools.find((input) => input.checked).value;
  const original = () => pictures[choice.selectedIndex] || new Uint8Array(SIDE * SIDE);
  const square = () => (tool() === "square" ? { ...cursor, wide: widths.square } : null);
  const moves = () => Object.fromEntries(MOVES.map(([name], i) => [name, sliders[i].input.valueAsNumber]));

  const paint = () => {
    const brush = makeBrush(canvas, root);
    if (brush) paintPicture(brush, picture, weights, square() || (cursor.shown && { ...cursor, wide: 1 }));
  };
  const update = () => {
    for (const each of [...sliders, width]) each.tell();
    picture = change(base, { ...moves(), invert: invert.checked, square: square() });
    weights = weigh.checked ? weighPixels(network, picture) : null;
    const probabilities = predict(network, picture);
    const before = predict(network, original());
    const known = choice.selectedIndex in pictures && original().some((value, i) => value !== picture[i]);
    view.answer(probabilities);
    view.words.textContent = answerWords(names, probabilities, known && before);
    clearTimeout(speaking); // a screen reader hears where one stopped, not every place on the way
    speaking = setTimeout(() => (view.spoken.textContent = view.words.textContent), 700);
    model.set("seen", new DataView(Uint8Array.from(picture).buffer));
    model.save_changes();
    paint();
    root.dataset.frames = Number(root.dataset.frames || 0) + 1;
  };

  /* Draw a line to (x, y) of what one sees, from where the pen was if it was there. */
  const drawTo = (x, y, from = { x, y }) => {
    const chosen = tool();
    if (chosen !== "square") {
      const bright = (chosen === "pen") !== invert.checked; // the pen draws white on what one sees
      const count = Math.max(1, Math.ceil(2 * Math.hypot(x - from.x, y - from.y)));
      for (let i = 1; i <= count; i++) {
        const place = [from.x + ((x - from.x) * i) / count, from.y + ((y - from.y) * i) / count];
        touch(base, ...placeBelow(moves(), ...place), widths[chosen], bright);
      }
    }
    Object.assign(cursor, { x, y });
    update();
  };

  /* A finger or the mouse */

  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return [x, y].map((share) => Math.min(SIDE - 1, Math.max(0, share * SIDE - 0.5)));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    cursor.shown = false;
    drawTo(...placeOf(event));
  });
  canvas.addEventListener("pointermove", (event) => event.buttons && drawTo(...placeOf(event), { ...cursor }));

  /* The keyboard */

  canvas.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if ((!step && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const before = { ...cursor };
    cursor.shown = true;
    for (const [i, axis] of ["x", "y"].entries()) {
      cursor[axis] = Math.min(SIDE - 1, Math.max(0, Math.round(cursor[axis]) + (step ? step[i] : 0)));
    }
    if (!step) drawTo(cursor.x, cursor.y);
    else if (event.shiftKey || tool() === "square") drawTo(cursor.x, cursor.y, before);
    else paint();
  });
  canvas.addEventListener("blur", () => {
    cursor.shown = false;
    paint();
  });

  /* The controls */

  for (const each of [...sliders.map(({ input }) => input), invert, weigh]) each.addEventListener("input", update);
  choice.addEventListener("change", () => {
    base = original().slice();
    update();
  });
  for (const input of tools) {
    input.addEventListener("change", () => {
      if (tool() === "square") Object.assign(cursor, { x: 14, y: 14 });
      width.input.value = widths[tool()];
      update();
    });
  }
  width.input.addEventListener("input", () => {
    widths[tool()] = width.input.valueAsNumber;
    update();
  });
  view.clear.addEventListener("click", () => {
    base.fill(0);
    update();
  });
  view.back.addEventListener("click", () => {
    base = original().slice();
    MOVES.forEach(([, , , , , start], i) => (sliders[i].input.value = start));
    invert.checked = false;
    if (tool() === "square") tools[0].click();
    update();
  });

  const endLooks = watchLooks([{ canvas }], paint);
  width.input.value = widths[tool()];
  update();
  return () => {
    clearTimeout(speaking);
    endLooks();
  };
};

/* What the network says, in words; before: what it said of the picture as it was, where that is known. */
const answerWords = (names, probabilities, before) => {
  const order = [...names.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const [first, second] = order.map((i) => `${names[i]}, ${inPercent(probabilities[i])}`);
  const sure = probabilities[order[0]];
  const manner = sure >= 0.9 ? "is sure" : sure >= 0.6 ? "leans to one" : "is guessing";
  const words = `The network ${manner}: ${first}. Next comes ${second}.`;
  if (!before) return words;
  const best = before.indexOf(Math.max(...before));
  const same = best === order[0] ? "the same" : names[best];
  return `${words} Untouched, it was ${same}, ${inPercent(before[best])}.`;
};

/* The elements of the explorer, by name, and what brings the bars up to date. */
const garmentView = (title, caption, names, labels, id) => {
  const slider = (key, label, min, max, step, value, text) => {
    const input = make("input", { id: `${id}-${key}`, type: "range", min, max, step, ...OWN_KEYS });
    input.value = value;
    const output = make("span", { className: "explorer-value", ariaHidden: "true" });
    const tell = () => {
      output.textContent = text(input.valueAsNumber);
      input.setAttribute("aria-valuetext", output.textContent);
    };
    const box = make("div", { className: "explorer-axis" }, make("label", { for: input.id }, label), output, input);
    return { input, tell, box };
  };
  const option = (type, key, label, more = {}) => {
    const input = make("input", { id: `${id}-${key}`, type, ...more, ...OWN_KEYS });
    return { input, box: make("label", { className: "explorer-option", for: input.id }, input, label) };
  };
  const button = (text) => make("button", { type: "button", ...OWN_KEYS }, text);
  const canvas = make("canvas", { ...OWN_KEYS, role: "application", tabIndex: 0, ariaLabel: "The picture, 28 by 28 pixels" });
  canvas.className = "explorer-drag";
  canvas.setAttribute("aria-describedby", `${id}-help`);
  const choice = make("select", { id: `${id}-picture`, ...OWN_KEYS }, ...labels.map((label) => make("option", {}, label)));
  const chosen = make("div", { className: "explorer-axis" }, make("label", { for: choice.id }, "Picture"), choice);
  const sliders = MOVES.map((move) => slider(...move));
  const width = slider("width", "Width", 1, 16, 1, 1, pixelText);
  const tools = Object.entries(TOOLS).map(([key, [label]], i) =>
    option("radio", key, label, { name: `${id}-tool`, value: key, checked: !i }));
  const invert = option("checkbox", "invert", "Invert");
  const weigh = option("checkbox", "weigh", "Show what counts");
  const weighed = make("p", { className: "explorer-help", hidden: true }, WEIGHED);
  weigh.input.addEventListener("input", () => (weighed.hidden = !weigh.input.checked));
  const rows = names.map((name) => {
    const bar = make("span", { className: "explorer-bar", ariaHidden: "true" }, make("span"));
    const value = make("span", { className: "explorer-value" });
    return make("li", {}, make("span", {}, name), " ", value, bar);
  });
  const view = {
    canvas, choice, sliders, width,
    tools: tools.map(({ input }) => input),
    invert: invert.input,
    weigh: weigh.input,
    clear: button("Clear"),
    back: button("Put it back"),
    words: make("p", { className: "explorer-words" }),
    spoken: make("div", { className: "explorer-spoken", role: "status" }),
    answer(probabilities) {
      const best = probabilities.indexOf(Math.max(...probabilities));
      rows.forEach((row, i) => {
        row.className = i === best ? "explorer-best" : "";
        row.querySelector(".explorer-value").textContent = inPercent(probabilities[i], "><");
        row.querySelector(".explorer-bar span").style.width = `${100 * probabilities[i]}%`;
      });
    },
  };
  const legend = make("legend", {}, "In your hand");
  const hand = make("fieldset", {}, legend, ...tools.map(({ box }) => box), width.box);
  const bars = make("ul", { ariaLabel: "What the network says" }, ...rows);
  const head = make("div", { className: "explorer-head" }, canvas, bars, view.words);
  const controls = make("div", { className: "explorer-controls" }, chosen, ...sliders.map(({ box }) => box));
  const switches = make("div", { className: "explorer-buttons" }, invert.box, weigh.box, view.clear, view.back);
  const help = make("p", { className: "explorer-help", id: `${id}-help` }, HELP);
  const last = make("p", { className: "explorer-help" }, caption);
  const attributes = { className: "explorer explorer-garment", role: "group", ariaLabel: title };
  view.root = make("div", attributes, head, weighed, controls, switches, hand, help, last, view.spoken);
  // JupyterLab takes arrow keys and letters for itself.
  view.root.addEventListener("keydown", (event) => event.stopPropagation());
  return view;
};

/* Paint the picture with crisp pixels, what counts in color over it, and the square or the cursor. */
const paintPicture = ({ context, width, height }, picture, weights, square) => {
  const image = new ImageData(SIDE, SIDE);
  const bright = weights ? 0.6 : 1; // so that colors show
  const most = weights ? Math.max(0.01, ...weights.map(Math.abs)) : 1;
  const [blue, orange] = [DARK[0], LIGHT[1]].map(channels);
  picture.forEach((value, i) => {
    const weight = weights ? weights[i] / most : 0;
    const [color, share] = [weight > 0 ? orange : blue, Math.abs(weight) ** 0.7];
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = share * color[k] + (1 - share) * bright * value;
    image.data[4 * i + 3] = 255;
  });
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
  if (!square) return;
  const size = width / SIDE;
  const cells = cellsOf(square);
  const [first, last] = [cells[0], cells.at(-1)];
  const [left, top] = [size * (first % SIDE), size * Math.floor(first / SIDE)];
  const [right, bottom] = [size * ((last % SIDE) + 1), size * (Math.floor(last / SIDE) + 1)];
  for (const [color, wide] of [["#000", 4], [DARK[1], 2]]) {
    context.strokeStyle = color;
    context.lineWidth = wide;
    context.strokeRect(left, top, right - left, bottom - top);
  }
};
