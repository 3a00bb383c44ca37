/* The pictures of a small network, as bookkit.explore.play makes them. */

const LOOK = { side: 64, neuron: 20, along: 100, extent: 1.15 };

/* The middles of side x side squares that tile the plane, lowest row first. */
const tiles = (side) => {
  const places = new Float32Array(2 * side * side);
  const at = (i) => ((i + 0.5) / side) * 2 * LOOK.extent - LOOK.extent;
  for (let i = 0; i < side * side; i++) {
    places[2 * i] = at(i % side);
    places[2 * i + 1] = at(Math.floor(i / side));
  }
  return places;
};

/* Logits (count, classes) -> a byte each: 32 for each class, up to 31 more for certainty in so many levels, 255 for no
   number. */
const classBytes = (logits, classes, levels = 31) => {
  const bytes = new Uint8Array(logits.length / classes);
  for (let i = 0; i < bytes.length; i++) {
    let best = 0, sum = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    for (let k = 0; k < classes; k++) sum += Math.exp(logits[i * classes + k] - logits[i * classes + best]);
    const sure = (1 / sum - 1 / classes) / (1 - 1 / classes);
    bytes[i] = sure === sure ? 32 * best + Math.round(Math.round(levels * sure) * (31 / levels)) : 255;
  }
  return bytes;
};

/* Each hidden neuron's output over the inputs, its highest as 255: (layers, neurons, 20, 20). */
const neuronPictures = (hidden, width, regression) => {
  const { neuron: side } = LOOK;
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

const PLACES = { plane: tiles(LOOK.side), neurons: tiles(LOOK.neuron) };
const LINE = Float32Array.from({ length: LOOK.along }, (_, i) => i / (LOOK.along - 1));
const SHORT = Float32Array.from({ length: LOOK.neuron }, (_, i) => (i + 0.5) / LOOK.neuron);

/* The weights of all parameters in a row, without the biases. */
const denseWeights = (sizes, parameters) => {
  const kept = [];
  for (let layer = 0, offset = 0; layer + 1 < sizes.length; layer++) {
    const [n, m] = [sizes[layer], sizes[layer + 1]];
    kept.push(...parameters.subarray(offset, offset + n * m));
    offset += (n + 1) * m;
  }
  return exactly(kept);
};

/* What the panes draw of a network with these parameters; setting: what it is made of. */
const picturesOf = ({ depth, width, activation, data: name }, sizes, parameters) => {
  const regression = name === "sine";
  const outputsOf = (inputs) => forward(inputs, inputs.length / sizes[0], sizes, activation, parameters);
  const { hidden } = outputsOf(regression ? SHORT : PLACES.neurons);
  const arrays = {
    neurons: neuronPictures(hidden, depth && width, regression),
    weights: denseWeights(sizes, parameters),
  };
  if (regression) {
    const fit = [...outputsOf(LINE).outputs].flatMap((y, i) => [LINE[i], y]);
    return { ...arrays, fit: exactly(fit, [LOOK.along, 2]) };
  }
  const data = classBytes(outputsOf(PLACES.plane).outputs, sizes.at(-1));
  return { ...arrays, map: ofBytes(data, LOOK.side) };
};
