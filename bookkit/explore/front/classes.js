/* Maps of classes, painted on the canvas' own pixels, so that borders are lines and not the edges of cells.

   A byte is 32 for each class and up to 31 more for certainty; 255, "no answer", counts as one more class. In the middle of
   its cell a byte stands as it is. Between the middles of four cells, each class has the certainties of its cells,
   interpolated, and half a step, so that a class stands where nobody is certain. The strongest is shown, as certain as it is
   ahead of the next: at a border, not at all. */

const CLASSES = 8, NO_ANSWER = 7;
const FINE = 8; // shades to a step of certainty
const LEAST = FINE / 2;

const weightOf = (code) => FINE * (code & 31) + LEAST;
const signed = (code, one) => (code >> 5 === one ? weightOf(code) : -weightOf(code));

/* a b, below c d: four bytes; x, y: how far one is from a to b, and to c. Returns 256 for each class + the shade. */
const sums = new Float64Array(CLASSES);
const strongest = (a, b, c, d, x, y) => {
  sums.fill(0);
  sums[a >> 5] += (1 - x) * (1 - y) * weightOf(a);
  sums[b >> 5] += x * (1 - y) * weightOf(b);
  sums[c >> 5] += (1 - x) * y * weightOf(c);
  sums[d >> 5] += x * y * weightOf(d);
  let best = 0, second = 0;
  for (let k = 1; k < CLASSES; k++) if (sums[k] > sums[best]) best = k;
  for (let k = 0; k < CLASSES; k++) if (k !== best) second = Math.max(second, sums[k]);
  return (best << 8) + Math.round(Math.max(sums[best] - second - LEAST, 0));
};

/* Between which two of `count` cells a place lies, a share of the whole, and how far it is from the first to the second. */
const between = (share, count) => {
  const place = Math.min(Math.max(share * count - 0.5, 0), count - 1);
  const cell = Math.min(Math.floor(place), count - 2);
  return [cell, place - cell];
};

/* The class at a place, in shares from the left and from below. */
const classAt = ({ data, shape: [rows, columns] }, across, up) => {
  const [column, x] = between(across, columns), [row, y] = between(up, rows);
  const at = row * columns + column;
  return strongest(data[at], data[at + 1], data[at + columns], data[at + columns + 1], x, y) >> 8;
};

/* The colors of all classes in all their shades, as pixels: how much of a color there is says how certain a class is. */
const shadesOf = ({ colors, paper }) => {
  const bytes = new Uint8ClampedArray(4 * 256 * CLASSES).fill(255);
  const ground = channels(paper);
  for (let k = 0; k < CLASSES; k++) {
    const color = channels(colors[k % colors.length]);
    for (let t = 0; t <= 31 * FINE; t++) {
      const weight = k === NO_ANSWER ? 0 : 0.08 + (0.5 * t) / (31 * FINE);
      for (let i = 0; i < 3; i++) bytes[4 * (256 * k + t) + i] = weight * color[i] + (1 - weight) * ground[i];
    }
  }
  return new Uint32Array(bytes.buffer);
};

/* Paint bytes (rows, columns), the lowest row first, into a rectangle. */
const paintClasses = (brush, data, rows, columns, { left, top, width, height }) => {
  const [x0, y0, x1, y1] = [left, top, left + width, top + height].map((end) => Math.round(end * brush.scale));
  const [wide, high] = [x1 - x0, y1 - y0];
  const image = new ImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const shades = shadesOf(brush);
  const shares = new Float64Array(wide), ends = new Uint16Array(columns - 1); // of the pixels between two cells
  for (let i = 0; i < wide; i++) {
    const [column, x] = between((i + 0.5) / wide, columns);
    shares[i] = x;
    ends[column] = i + 1;
  }
  for (let line = 0, at = 0; line < high; line++) {
    const [row, y] = between(1 - (line + 0.5) / high, rows);
    for (let column = 0, i = 0; column < columns - 1; column++) {
      const below = row * columns + column, above = below + columns;
      const a = data[below], b = data[below + 1], c = data[above], d = data[above + 1];
      const one = a >> 5;
      const other = b >> 5 !== one ? b >> 5 : c >> 5 !== one ? c >> 5 : d >> 5;
      if ((b >> 5 !== one && b >> 5 !== other) || (c >> 5 !== one && c >> 5 !== other) || (d >> 5 !== one && d >> 5 !== other)) {
        for (; i < ends[column]; i++) pixels[at++] = shades[strongest(a, b, c, d, shares[i], y)];
        continue;
      }
      // Of two classes, one counts above zero and the other below: most of what is painted, and so it has to be quick.
      const from = (1 - y) * signed(a, one) + y * signed(c, one);
      const step = (1 - y) * signed(b, one) + y * signed(d, one) - from;
      const first = (one << 8) - LEAST + 0.5, second = (other << 8) - LEAST + 0.5;
      for (; i < ends[column]; i++) {
        const ahead = from + step * shares[i];
        const shade = ahead > 0 ? first + Math.max(ahead, LEAST) : second + Math.max(-ahead, LEAST);
        pixels[at++] = shades[shade | 0];
      }
    }
  }
  brush.context.putImageData(image, x0, y0);
};
