/* Trainings that were kept, as bookkit.explore.replay packs them: the frames' pictures are computed here, by the
   forward pass of a small network. */

const KEPT = { side: 64, neuron: 20, along: 100, dropped: 1, largest: 62752, extent: 1.15 };

/* The number, not below zero, with these half-precision bits. */
const halfOf = (bits) => {
  const fraction = bits & 1023, exponent = bits >> 10;
  return exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
};

/* The numbers of one run: `frames` times `size`, from the differences of half-precision bits. */
const readCodes = (low, high, frames, size) => {
  const numbers = new Float32Array(frames * size);
  const code = new Int32Array(size);
  for (let i = 0; i < numbers.length; i++) {
    const zigzag = low[i] + 256 * high[i];
    const now = (code[i % size] += zigzag & 1 ? -(zigzag + 1) / 2 : zigzag / 2);
    const value = halfOf(Math.abs(now) << KEPT.dropped);
    numbers[i] = value > KEPT.largest ? NaN : Math.sign(now) * value;
  }
  return numbers;
};

/* One dense layer: inputs (count, n) -> (count, m). */
const dense = (inputs, count, n, m, parameters, offset) => {
  const outputs = new Float32Array(count * m);
  const biases = offset + n * m;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < m; k++) {
      let sum = parameters[biases + k];
      for (let j = 0; j < n; j++) sum += inputs[i * n + j] * parameters[offset + j * m + k];
      outputs[i * m + k] = sum;
    }
  }
  return outputs;
};

const ACTIVATIONS = {
  ReLU: (x) => (x > 0 ? x : x === x ? 0 : NaN),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/* The whole network: {outputs, hidden: [the outputs of each hidden layer]}. */
const forward = (inputs, count, sizes, activation, parameters) => {
  const hidden = [];
  let outputs = inputs, offset = 0;
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [n, m] = [sizes[layer], sizes[layer + 1]];
    outputs = dense(outputs, count, n, m, parameters, offset);
    offset += (n + 1) * m;
    if (layer + 2 < sizes.length) hidden.push((outputs = outputs.map(ACTIVATIONS[activation])));
  }
  return { outputs, hidden };
};

/* The middles of side x side squares that tile the plane, lowest row first. */
const tiles = (side) => {
  const places = new Float32Array(2 * side * side);
  const at = (i) => ((i + 0.5) / side) * 2 * KEPT.extent - KEPT.extent;
  for (let i = 0; i < side * side; i++) {
    places[2 * i] = at(i % side);
    places[2 * i + 1] = at(Math.floor(i / side));
  }
  return places;
};

/* Logits (count, classes) -> a byte each: 32 for each class, up to 31 more for certainty, 255 for no number. */
const classBytes = (logits, classes) => {
  const bytes = new Uint8Array(logits.length / classes);
  for (let i = 0; i < bytes.length; i++) {
    let best = 0, sum = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[i * classes + k] - logits[i * classes + best]);
    const sure = (1 / sum - 1 / classes) / (1 - 1 / classes);
    bytes[i] = sure === sure ? 32 * best + Math.round(31 * sure) : 255;
  }
  return bytes;
};

/* Each hidden neuron's output over the inputs, its highest as 255: (layers, neurons, 20, 20). */
const neuronPictures = (hidden, width, regression) => {
  const { neuron: side } = KEPT;
  const data = new Uint8Array(hidden.length * width * side * side);
  hidden.forEach((outputs, layer) => {
    for (let k = 0; k < width; k++) {
      const at = (i) => Math.max(0, outputs[(regression ? i % side : i) * width + k]) || 0;
      let highest = 0;
      for (let i = 0; i < side * side; i++) highest = Math.max(highest, at(i));
      const start = (layer * width + k) * side * side;
      for (let i = 0; highest && i < side * side; i++) data[start + i] = Math.round((255 * at(i)) / highest);
    }
  });
  return { data, shape: [hidden.length, width, side, side], low: 0, high: 255 };
};

const openRuns = async (block) => {
  const { header, bytes } = await openBlock(block);
  const { epochs, curve, runs } = header;
  const points = {};
  let offset = 0;
  for (const [name, spec] of Object.entries(header.points)) {
    const [array, size] = readArray(spec, bytes, offset);
    points[name] = array;
    offset += size;
  }
  const take = (sizes) => {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const [low, high] = [bytes.subarray(offset, offset + total), bytes.subarray(offset + total, offset + 2 * total)];
    offset += 2 * total;
    let start = 0;
    return sizes.map((size) => [low.subarray(start, start + size), high.subarray(start, (start += size))]);
  };
  const parameters = take(runs.map(({ size }) => size * epochs.length));
  const curves = take(runs.map(() => 2 * curve.length));
  return {
    header,
    runs: runs.map((run, i) => ({ ...run, points: points[run.points], parameters: parameters[i], losses: curves[i] })),
  };
};

const replayEngine = async (block, axes, options, page) => {
  const first = await openRuns(block);
  const { epochs, curve, chunks } = first.header;
  const names = axes.map(({ name }) => name).filter((name) => name !== options.time);
  const [main] = Object.keys(chunks);
  const opened = { [main]: Promise.resolve(first) };
  const open = (name) => {
    opened[name] ||= page.load(`${options.replays}/${name}`).then(openRuns);
    opened[name].catch(() => delete opened[name]); // what failed once may be asked for again
    return opened[name];
  };
  const key = (values) => JSON.stringify(values);
  const settingOf = (position) => names.map((name) => position[name]);
  const places = {}; // setting -> [the chunk that holds it, its place there]
  for (const [name, settings] of Object.entries(chunks)) {
    if (name === main || page.load) settings.forEach((setting, i) => (places[key(setting)] = [name, i]));
  }
  const kept = Object.keys(places).map((text) => JSON.parse(text));
  const has = (position) => epochs.includes(position[options.time]) && key(settingOf(position)) in places;
  const map = { places: tiles(KEPT.side), neurons: tiles(KEPT.neuron) };
  const line = Float32Array.from({ length: KEPT.along }, (_, i) => i / (KEPT.along - 1));
  const short = Float32Array.from({ length: KEPT.neuron }, (_, i) => (i + 0.5) / KEPT.neuron);
  let recent = {}; // the run that was opened last, decoded

  const frameOf = (run, position) => {
    const { size, words } = run;
    if (recent.run !== run) {
      recent = {
        run,
        numbers: readCodes(...run.parameters, epochs.length, size),
        losses: readCodes(...run.losses, curve.length, 2),
      };
    }
    const at = epochs.indexOf(position[options.time]);
    const parameters = recent.numbers.subarray(at * size, (at + 1) * size);
    const { depth, width, activation } = position;
    const labels = run.points.data.filter((_, i) => i % 3 === 2);
    const regression = position.data === "sine";
    const classes = regression ? 1 : Math.max(...labels) + 1;
    const sizes = [regression ? 1 : 2, ...Array(depth).fill(width), classes];
    const outputsOf = (inputs) => forward(inputs, inputs.length / sizes[0], sizes, activation, parameters);
    const looks = curve.filter((epoch) => epoch <= position[options.time]);
    const history = looks.flatMap((epoch, i) => [epoch, recent.losses[2 * i], recent.losses[2 * i + 1]]);
    const arrays = {
      points: run.points,
      history: { data: Float32Array.from(history), shape: [looks.length, 3], exact: true },
      neurons: neuronPictures(outputsOf(regression ? short : map.neurons).hidden, width, regression),
    };
    if (regression) {
      const data = Float32Array.from([...outputsOf(line).outputs].flatMap((y, i) => [line[i], y]));
      arrays.fit = { data, shape: [KEPT.along, 2], exact: true };
    } else {
      const data = classBytes(outputsOf(map.places).outputs, classes);
      arrays.map = { data, shape: [KEPT.side, KEPT.side], low: 0, high: 255 };
    }
    return { position, arrays, words: words[at] };
  };

  return {
    constants: {},
    has,
    settle(position, moved) {
      if (has(position)) return { position, words: "" };
      const wanted = settingOf(position);
      const weight = (name) => ({ [moved]: 1000 })[name] || (name === "data" ? 3 : 1);
      const ranks = names.map((name) => axes.find((axis) => axis.name === name).values);
      const far = (i, value) => Math.abs(ranks[i].indexOf(value) - ranks[i].indexOf(wanted[i])) / 100;
      const cost = (setting) =>
        setting.reduce((sum, value, i) => sum + (value === wanted[i] ? 0 : weight(names[i]) + far(i, value)), 0);
      const best = kept.reduce((found, setting) => (cost(setting) < cost(found) ? setting : found));
      const changed = names.filter((name, i) => best[i] !== wanted[i]);
      const settled = { ...position, ...Object.fromEntries(names.map((name, i) => [name, best[i]])) };
      const texts = changed.map((name) => {
        const axis = axes.find((each) => each.name === name);
        return `${axis.label} to ${axis.texts[axis.values.indexOf(settled[name])]}`;
      });
      // Each data set has its own width here: that goes without saying.
      const quiet = moved === "data" && changed.every((name) => name === "width");
      const words = quiet || !texts.length ? "" : `This page holds no training with all of that. It set ${texts.join(", ")}.`;
      return { position: settled, words };
    },
    async *ask(position) {
      if (!has(position)) throw new Error("This setting has to be trained: run the notebook's cells first.");
      const [name, place] = places[key(settingOf(position))];
      const { runs } = await open(name);
      yield frameOf(runs[place], position);
    },
  };
};
