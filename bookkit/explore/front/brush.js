/* Drawing: a brush holds what the panes need, the canvas' context, its size in CSS pixels, and the page's colors. */

const SHAPES = ["circle", "square", "up", "diamond", "down", "plus"];
const LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A87800", "#3A8FC0"];
const DARK = ["#5CB3EA", "#FF9450", "#35CFA2", "#E9A3CB", "#F0BE4E", "#8FD3FA"];
const SMALL = '12px system-ui, -apple-system, "Segoe UI", sans-serif';

const channels = (color) => [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16));

/* The brush of a canvas, cleared and scaled to the screen's pixels; null while it has no size. */
const makeBrush = (canvas, element) => {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const scale = Math.min(globalThis.devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = SMALL;
  context.lineJoin = "round";
  const ink = getComputedStyle(element).color;
  const [red, green, blue] = (ink.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  const dark = red + green + blue > 384; // light letters: a dark page
  return {
    context, width, height, scale, ink,
    colors: dark ? DARK : LIGHT,
    paper: dark ? "#121416" : "#ffffff",
    muted: dark ? "#a3abb5" : "#57606a",
    line: dark ? "#4a515a" : "#c9ced4",
  };
};

/* Where a pane's picture lies on its canvas, and how its coordinates become pixels. */
const frameOf = (brush, [x0, x1], [y0, y1], { left = 40, right = 8, top = 8, bottom = 30, square = false } = {}) => {
  if (square && brush.width < 240) [left, bottom] = [right, top]; // a phone's: no room for labels
  let width = brush.width - left - right;
  let height = brush.height - top - bottom;
  if (square) {
    const side = Math.min(width, height);
    left += (width - side) / 2;
    width = height = side;
  }
  return {
    left, top, width, height,
    x: (value) => left + ((value - x0) / (x1 - x0)) * width,
    y: (value) => top + (1 - (value - y0) / (y1 - y0)) * height,
    fromX: (pixel) => x0 + ((pixel - left) / width) * (x1 - x0),
    fromY: (pixel) => y0 + (1 - (pixel - top) / height) * (y1 - y0),
  };
};

const tickText = (value) => String(Number.isInteger(value) ? value : Number(value.toPrecision(3))).replace("-", "\u2212");

const drawAxes = ({ context, muted, line, width: whole }, plot, pane, xs = pane.x, ys = pane.y) => {
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.strokeRect(plot.left, plot.top, plot.width, plot.height);
  context.fillStyle = muted;
  const { left, top, width, height } = plot;
  const bottom = top + height;
  if (left < 30) return;
  context.textBaseline = "top";
  context.textAlign = "left";
  context.fillText(tickText(xs[0]), left, bottom + 4);
  context.textAlign = "right";
  context.fillText(tickText(xs[1]), left + width, bottom + 4);
  context.textAlign = "center";
  if (pane.xlabel) {
    const half = context.measureText(pane.xlabel).width / 2; // below the middle, if it fits there
    context.fillText(pane.xlabel, Math.min(Math.max(left + width / 2, half), whole - half), bottom + 14);
  }
  context.textAlign = "right";
  context.fillText(pane.ends?.[1] ?? tickText(ys[1]), left - 4, top);
  context.textBaseline = "bottom";
  context.fillText(pane.ends?.[0] ?? tickText(ys[0]), left - 4, bottom);
  if (!pane.ylabel) return;
  context.save();
  context.translate(left - 14, top + height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(pane.ylabel, 0, 0);
  context.restore();
};

const drawMarker = ({ context, colors, paper }, x, y, label, size) => {
  context.beginPath();
  const shape = SHAPES[label % SHAPES.length];
  if (shape === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else if (shape === "square") context.rect(x - size, y - size, 2 * size, 2 * size);
  else {
    const corners = {
      up: [[0, -1.25], [1.15, 0.9], [-1.15, 0.9]],
      down: [[0, 1.25], [1.15, -0.9], [-1.15, -0.9]],
      diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
      plus: [[0, -1.3], [0.4, -0.4], [1.3, 0], [0.4, 0.4], [0, 1.3], [-0.4, 0.4], [-1.3, 0], [-0.4, -0.4]],
    }[shape];
    corners.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * size, y + dy * size));
    context.closePath();
  }
  context.fillStyle = colors[label % colors.length];
  context.fill();
  context.strokeStyle = paper;
  context.lineWidth = 0.75;
  context.stroke();
};

/* Colors by byte. "diverging": low, neutral, high; "sequential"; "gray". Classes have a way of their own: classes.js. */
const palettes = {
  diverging: (t, { colors, muted }) => [channels(t < 127.5 ? muted : colors[3]), 0.85 * Math.abs(t / 127.5 - 1)],
  sequential: (t, { colors }) => [channels(colors[0]), 0.85 * (t / 255)],
  gray: (t, { muted }) => [channels(muted), 0.7 * (t / 255)],
};

/* Paint bytes (rows, columns), the lowest row first, into a rectangle. */
const paintBytes = (brush, data, rows, columns, { palette, cells }, { left, top, width, height }) => {
  const image = new ImageData(columns, rows);
  const paper = channels(brush.paper);
  const table = Array.from({ length: 256 }, (_, t) => {
    const [color, weight] = palettes[palette](t, brush);
    return color.map((channel, i) => weight * channel + (1 - weight) * paper[i]);
  });
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 4 * ((rows - 1 - row) * columns + column);
      const [red, green, blue] = table[data[row * columns + column]];
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  }
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  small.getContext("2d").putImageData(image, 0, 0);
  brush.context.imageSmoothingEnabled = !cells;
  brush.context.imageSmoothingQuality = "high";
  brush.context.drawImage(small, left, top, width, height);
};

const drawPoints = (brush, plot, points, share = 1) => {
  const size = share * (plot.width > 220 ? 3.2 : 2.2);
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y, label] = points.data.subarray(3 * i, 3 * i + 3);
    drawMarker(brush, plot.x(x), plot.y(y), label, size);
  }
};

/* The ways of several, so far; who came no further has a cross there instead of a marker. */
const drawPaths = (brush, plot, array, looks, upto) => {
  const ways = looks.map((look, i) => {
    const way = [];
    for (let k = 0; k <= upto; k++) {
      const at = 2 * (i * array.shape[1] + k);
      if (Number.isFinite(number(array, at))) way.push([plot.x(number(array, at)), plot.y(number(array, at + 1))]);
    }
    return way;
  });
  const color = (i) => brush.colors[looks[i].color];
  ways.forEach((way, i) => {
    strokeLine(brush, way, brush.paper, 4);
    strokeLine(brush, way, color(i), 2, looks[i].dash);
  });
  ways.forEach((way, i) => {
    const [x, y] = way.at(-1);
    if (way.length > upto) drawMarker(brush, x, y, looks[i].marker, 5);
    else for (const side of [-6, 6]) strokeLine(brush, [[x - 6, y - side], [x + 6, y + side]], color(i), 3);
  });
};

/* Where there are labels, lines of them, as wide as there is room: [{wide, parts: [[part, width]]}]. */
const legendOf = ({ context, width }, parts) => {
  const lines = [];
  for (const part of parts.filter(({ label }) => label)) {
    const wide = context.measureText(part.label).width + 40;
    if (!lines.length || lines.at(-1).wide + wide > width - 42) lines.push({ wide: 0, parts: [] });
    lines.at(-1).parts.push([part, wide]);
    lines.at(-1).wide += wide;
  }
  return lines;
};

/* startOf(width of a line): where it begins; sample(part, from, to) draws what stands before its label. */
const drawLegend = ({ context, ink }, lines, startOf, sample) => {
  context.textBaseline = "top";
  context.textAlign = "left";
  lines.forEach(({ wide, parts }, i) => {
    let left = startOf(wide - 12);
    for (const [part, width] of parts) {
      context.fillStyle = ink;
      context.fillText(part.label, left + 26, 16 * i + 2);
      sample(part, [left, 16 * i + 8], [left + 20, 16 * i + 8]);
      left += width;
    }
  });
};

/* A text on a patch of color; align says which of its ends is at x. Returns where the patch is. */
const drawChip = ({ context, paper, ink }, text, x, y, align, color, weight) => {
  const width = context.measureText(text).width + 6;
  const left = { left: x, center: x - width / 2, right: x - width }[align];
  for (const [alpha, patch] of [[1, paper], [weight, color]]) {
    context.globalAlpha = alpha;
    context.fillStyle = patch;
    context.fillRect(left, y - 7, width, 15);
  }
  context.globalAlpha = 1;
  context.fillStyle = ink;
  context.textAlign = "left";
  context.fillText(text, left + 3, y + 1);
  return [left, y - 7, width, 15];
};

const strokeBox = (brush, [left, top, width, height], color, line, dash) => {
  const [right, bottom] = [left + width, top + height];
  strokeLine(brush, [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]], color, line, dash);
};

/* The head of an arrow that comes from one place to another. */
const drawHead = ({ context }, [x0, y0], [x1, y1], color) => {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [across, down] = [(x1 - x0) / length, (y1 - y0) / length];
  context.beginPath();
  context.moveTo(x1, y1);
  for (const side of [-4, 4]) context.lineTo(x1 - 7 * across + side * down, y1 - 7 * down - side * across);
  context.fillStyle = color;
  context.fill();
};

const drawArrow = ({ context }, x, start, end, wide) => {
  const tip = Math.sign(end - start) * Math.min(12, Math.abs(end - start));
  const half = (wide * Math.abs(tip)) / 12;
  context.fillRect(x - half / 3, start, (2 * half) / 3, end - tip - start);
  context.beginPath();
  context.moveTo(x - half, end - tip);
  context.lineTo(x, end);
  context.lineTo(x + half, end - tip);
  context.fill();
};

const drawCross = ({ context, ink, paper }, x, y) => {
  for (const [width, color] of [[5, paper], [2, ink]]) {
    context.beginPath();
    context.arc(x, y, 6, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }
};

const strokeLine = ({ context }, xs, color, width = 2, dash = []) => {
  context.beginPath();
  let down = false;
  for (const [x, y] of xs) {
    if (!Number.isFinite(x + y)) down = false;
    else context[down ? "lineTo" : ((down = true), "moveTo")](x, y);
  }
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
};
