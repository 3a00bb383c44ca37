/* A picture is 28 x 28 gray values, 0 to 255, row by row. Here is what can be done to one, and what a network of
   dense layers makes of it: all of the explorer of pictures that needs no page. */

const SIDE = 28;
const CENTER = (SIDE - 1) / 2;

/* The place of the picture that lies at (x, y) once it is turned by `turn` degrees and shifted. */
const placeBelow = ({ turn, right, down }, x, y) => {
  const angle = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [across, along] = [x - CENTER - right, y - CENTER - down];
  return [cos * across + sin * along + CENTER, cos * along - sin * across + CENTER];
};

/* The value at any place, between four pixels; black outside. */
const valueAt = (picture, x, y) => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  let value = 0;
  for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
    const [i, j] = [column + dx, row + dy];
    const weight = (1 - Math.abs(x - i)) * (1 - Math.abs(y - j));
    if (i >= 0 && j >= 0 && i < SIDE && j < SIDE) value += weight * picture[SIDE * j + i];
  }
  return value;
};

/* Noise of standard deviation 1 for each pixel, always the same: twelve uniform numbers make a normal one. */
const GRAIN = (() => {
  let state = 1;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Float32Array.from({ length: SIDE * SIDE }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  });
})();

/* The picture as the network gets it: moved, brightened, inverted, under noise, and with a black square on it.
   light and noise in percent; square: {x, y, wide} or null. */
const change = (picture, { turn, right, down, light, invert, noise, square }) => {
  const changed = new Uint8ClampedArray(SIDE * SIDE); // it rounds
  for (let i = 0; i < changed.length; i++) {
    const [x, y] = placeBelow({ turn, right, down }, i % SIDE, Math.floor(i / SIDE));
    const value = Math.min(255, (valueAt(picture, x, y) * light) / 100);
    changed[i] = (invert ? 255 - value : value) + 2.55 * noise * GRAIN[i];
  }
  for (const i of square ? cellsOf(square) : []) changed[i] = 0;
  return changed;
};

/* The pixels of a square around a pixel. */
const cellsOf = ({ x, y, wide }) => {
  const cells = [];
  const [left, top] = [Math.ceil(x - wide / 2), Math.ceil(y - wide / 2)];
  for (let j = Math.max(0, top); j < Math.min(SIDE, top + wide); j++) {
    for (let i = Math.max(0, left); i < Math.min(SIDE, left + wide); i++) cells.push(SIDE * j + i);
  }
  return cells;
};

/* Touch the picture with a round tip; bright or dark. */
const touch = (picture, x, y, wide, bright) => {
  for (let i = 0; i < picture.length; i++) {
    const far = Math.hypot((i % SIDE) - x, Math.floor(i / SIDE) - y);
    const ink = 255 * Math.min(1, Math.max(0, wide / 2 + 0.5 - far));
    picture[i] = bright ? Math.max(picture[i], ink) : Math.min(picture[i], 255 - ink);
  }
};

/* The network that bookkit.explore.chapter12 packs: {layers, scale, offset, rest: the bytes behind its numbers}. */
const readNetwork = ({ header, bytes }) => {
  const { steps, half, scale, offset } = header;
  const size = steps.reduce((sum, step) => sum + (step === "ReLU" ? 0 : (step[0] + 1) * step[1]), 0);
  const numbers = half
    ? Float32Array.from({ length: size }, (_, i) => {
        const bits = bytes[i] + 256 * bytes[size + i];
        return bits >> 15 ? -halfOf(bits & 32767) : halfOf(bits);
      })
    : new Float32Array(bytes.slice(0, 4 * size).buffer);
  let at = 0;
  const take = (length) => numbers.subarray(at, (at += length));
  const layers = steps.map((step) =>
    step === "ReLU" ? { forward: relu } : denseLayer(take(step[0] * step[1]), take(step[1])));
  return { layers, scale, offset, rest: bytes.subarray((half ? 2 : 4) * size) };
};

const relu = (inputs) => inputs.map((value) => Math.max(0, value));

const denseLayer = (weights, biases) => {
  const add = (sums, i, input) => {
    const start = i * sums.length;
    for (let k = 0; k < sums.length; k++) sums[k] += input * weights[start + k];
  };
  const forward = (inputs) => {
    const sums = Float64Array.from(biases);
    inputs.forEach((input, i) => input && add(sums, i, input));
    return sums;
  };
  return { add, forward };
};

const through = (layers, inputs) => layers.reduce((outputs, layer) => layer.forward(outputs), inputs);

const softmaxOf = (logits) => {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
};

const inputsOf = ({ scale, offset }, picture) => Float64Array.from(picture, (value) => value * scale + offset);

/* The probability of each class. */
const predict = (network, picture) => softmaxOf(through(network.layers, inputsOf(network, picture)));

/* For each pixel, how far the winner's log-odds fall when a black square of `wide` pixels hides what is there. */
const weighPixels = (network, picture, wide = 5) => {
  const [first, ...rest] = network.layers;
  const inputs = inputsOf(network, picture);
  const sums = first.forward(inputs);
  const logits = through(rest, sums);
  const winner = logits.indexOf(Math.max(...logits));
  const odds = (outputs) => {
    const others = outputs.filter((_, k) => k !== winner);
    const highest = Math.max(...others);
    return outputs[winner] - highest - Math.log(others.reduce((sum, each) => sum + Math.exp(each - highest), 0));
  };
  return Float32Array.from(picture, (_, i) => {
    const hidden = sums.slice();
    const cells = cellsOf({ x: i % SIDE, y: Math.floor(i / SIDE), wide }).filter((cell) => picture[cell]);
    for (const cell of cells) first.add(hidden, cell, network.offset - inputs[cell]);
    return cells.length ? odds(logits) - odds(through(rest, hidden)) : 0;
  });
};
