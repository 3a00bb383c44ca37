/* The engine of lab "Convolution": nine weights on a garment, as bookkit.explore.lab_convolution says it. */

const kernelWords = (total, outputs, side, pixels) => {
  const place = outputs.reduce((best, output, i) => (output > outputs[best] ? i : best), 0);
  const text = (number) => fixed(number, 2);
  const words = `${pixels} by ${pixels} pixels become ${side} by ${side} outputs, from ${text(Math.min(...outputs))} to `
    + `${text(outputs[place])}; the largest is in row ${Math.floor(place / side)}, column ${place % side}. `
    + `The nine weights add up to ${total}: an even area of brightness 1 gives ${total}.`;
  return words.replace(/-/g, "\u2212");
};

/* Numbers of a square, row 0 first, as a byte each, lowest row first. */
const squareBytes = (numbers, side, reach) => {
  const code = (number) => Math.round(((Math.min(Math.max(number, -reach), reach) + reach) / (2 * reach)) * 255);
  const data = Uint8Array.from(numbers, (_, i) => code(numbers[(side - 1 - Math.floor(i / side)) * side + (i % side)]));
  return { data, shape: [side, side], low: -reach, high: reach };
};

const filterEngine = async (block, axes, { engine: { shown, reach } }) => {
  const frames = await framesEngine(block, axes);
  const start = Object.fromEntries(axes.map((axis) => [axis.name, axis.start]));
  const computing = {
    computes: true,
    settle: (position) => ({ position, words: "" }),
    async *ask(position) {
      const { garment, padding, stride } = position;
      const { value: { arrays } } = await frames.ask({ ...start, garment }).next();
      const kernel = Array.from({ length: 9 }, (_, i) => position[`w${Math.floor(i / 3)}${i % 3}`]);
      const { data, shape: [pixels] } = arrays.picture;
      const pixel = (row, column) =>
        Math.min(row, column) >= 0 && Math.max(row, column) < pixels ? data[(pixels - 1 - row) * pixels + column] : 0;
      const side = Math.floor((pixels + 2 * padding - 3) / stride) + 1;
      const outputs = Array.from({ length: side * side }, (_, i) => {
        const [top, left] = [Math.floor(i / side), i % side].map((place) => place * stride - padding);
        return kernel.reduce((sum, weight, k) => sum + weight * pixel(top + Math.floor(k / 3), left + (k % 3)), 0) / 255;
      });
      const total = kernel.reduce((sum, weight) => sum + weight);
      yield {
        position,
        arrays: { ...arrays, kernel: squareBytes(kernel, 3, reach), outputs: squareBytes(outputs, side, shown) },
        words: kernelWords(total, outputs, side, pixels),
      };
    },
  };
  return withStored(frames, computing);
};
