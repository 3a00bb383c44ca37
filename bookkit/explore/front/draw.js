/* Panes: each draws one part of a frame on its canvas. A brush holds what drawing needs: the canvas' context, its
   size in CSS pixels, and the page's colors. */

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
    context, width, height, ink, dark,
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

const drawAxes = ({ context, muted, line }, plot, pane, xs = pane.x, ys = pane.y) => {
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.strokeRect(plot.left, plot.top, plot.width, plot.height);
  context.fillStyle = muted;
  const { left, top, width, height } = plot;
  const bottom = top + height;
  if (left < 30) return;
  context.textBaseline = "top";
  const tick = (value, log) => tickText(log ? 10 ** value - 1 : value);
  context.textAlign = "left";
  context.fillText(tick(xs[0], pane.log), left, bottom + 4);
  context.textAlign = "right";
  context.fillText(tick(xs[1], pane.log), left + width, bottom + 4);
  context.textAlign = "center";
  if (pane.xlabel) context.fillText(pane.xlabel, left + width / 2, bottom + 14);
  context.textAlign = "right";
  context.fillText(tick(ys[1]), left - 4, top);
  context.textBaseline = "bottom";
  context.fillText(tick(ys[0]), left - 4, bottom);
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

/* Colors by byte. "classes": 32 steps of certainty for each class, 255 for no answer; "diverging": low, neutral, high; "sequential". */
const palettes = {
  classes: (t, { colors }) => [channels(colors[(t >> 5) % colors.length]), t === 255 ? 0 : 0.08 + 0.5 * ((t & 31) / 31)],
  diverging: (t, { colors }) => [channels(colors[t < 127.5 ? 1 : 0]), 0.75 * Math.abs(t / 127.5 - 1)],
  sequential: (t, { colors }) => [channels(colors[0]), 0.85 * (t / 255)],
};

/* Paint bytes (rows, columns), the lowest row first, into a rectangle. */
const paintBytes = (brush, data, rows, columns, palette, { left, top, width, height }) => {
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
  brush.context.imageSmoothingEnabled = true;
  brush.context.imageSmoothingQuality = "high";
  brush.context.drawImage(small, left, top, width, height);
};

const drawPoints = (brush, plot, points) => {
  const size = plot.width > 220 ? 3.2 : 2.2;
  for (let i = 0; i < points.shape[0]; i++) {
    const [x, y, label] = points.data.subarray(3 * i, 3 * i + 3);
    drawMarker(brush, plot.x(x), plot.y(y), label, size);
  }
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

/* kind -> draw(brush, pane, arrays, position); what it returns says where the picture lies.

   map      bytes over a plane: field, x, y (ranges), palette; points: (n, 3) x, y, class; line: (4) x0, y0, x1, y1;
            mark: two axes, at whose values a ring stands; drag: two axes that a finger on the picture moves
   chart    lines: x, y (ranges; y may be "auto"), series: [{field, label, color, dash, columns}], each (k) evenly
            spaced over x, or (k, m) with two of its columns; dots: (n, 2) or (n, 3); at: a field whose first number
            is where an upright line stands; log: x is log10(1 + x)
   bars     field (n), labels, range, digits; center: a field whose number is where the bars begin; target: one
            whose number is the bar with a frame around it
   matrices items: [{field, label}, "sign", ...], each field (rows, columns), NaN where it has no entry
   gallery  field (layers, neurons, rows, columns): each neuron's own picture */
const drawings = {
  map(brush, pane, arrays, position) {
    const plot = frameOf(brush, pane.x, pane.y, { square: true });
    const field = arrays[pane.field];
    const [rows, columns] = field.shape;
    brush.context.save();
    brush.context.beginPath();
    brush.context.rect(plot.left, plot.top, plot.width, plot.height);
    brush.context.clip();
    paintBytes(brush, field.data, rows, columns, pane.palette, plot);
    if (arrays[pane.line]) {
      const [x0, y0, x1, y1] = arrays[pane.line].data;
      strokeLine(brush, [[plot.x(x0), plot.y(y0)], [plot.x(x1), plot.y(y1)]], brush.ink, 2.5);
    }
    if (arrays[pane.points]) drawPoints(brush, plot, arrays[pane.points]);
    brush.context.restore();
    drawAxes(brush, plot, pane);
    if (pane.mark) drawCross(brush, ...[plot.x(position[pane.mark[0]]), plot.y(position[pane.mark[1]])]);
    return plot;
  },

  chart(brush, pane, arrays) {
    const stretch = pane.log ? (x) => Math.log10(1 + x) : (x) => x;
    const lines = pane.series.map((series) => {
      const array = arrays[series.field];
      if (!array) return [];
      const [length, wide] = array.shape;
      const at = (i) => (i / (length - 1)) * (pane.x[1] - pane.x[0]) + pane.x[0];
      return Array.from({ length }, (_, i) =>
        wide
          ? series.columns.map((column) => number(array, i * wide + column))
          : [at(i), number(array, i)],
      );
    });
    const all = lines.flat();
    const last = all.length ? Math.max(...all.map(([x]) => x)) : 1;
    const xs = (pane.x || [0, Math.max(last, 1)]).map(stretch);
    const finite = all.map(([, y]) => y).filter(Number.isFinite);
    const ys = pane.y === "auto" ? [0, Math.min(1.15 * Math.max(0.1, ...finite), pane.most ?? Infinity)] : pane.y;
    const named = pane.series.filter(({ label }) => label);
    const widths = named.map(({ label }) => brush.context.measureText(label).width + 40);
    const above = named.length > 0 && widths.reduce((sum, width) => sum + width, 0) < brush.width - 42;
    const plot = frameOf(brush, xs, ys, { left: 34, top: above ? 22 : 8 });
    const { context } = brush;
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, plot.width, plot.height);
    context.clip();
    if (ys[0] < 0 && ys[1] > 0) strokeLine(brush, [[plot.left, plot.y(0)], [plot.left + plot.width, plot.y(0)]], brush.line, 1);
    const dots = arrays[pane.dots];
    for (let i = 0; dots && i < dots.shape[0]; i++) {
      const [x, y, label = 0] = dots.data.subarray(i * dots.shape[1], (i + 1) * dots.shape[1]);
      drawMarker(brush, plot.x(stretch(x)), plot.y(y), label, 3);
    }
    const color = ({ color }) => (color === undefined ? brush.muted : brush.colors[color]);
    pane.series.forEach((series, i) =>
      strokeLine(brush, lines[i].map(([x, y]) => [plot.x(stretch(x)), plot.y(y)]), color(series), series.width || 2, series.dash),
    );
    if (arrays[pane.at]) {
      const x = plot.x(stretch(number(arrays[pane.at], 0)));
      strokeLine(brush, [[x, plot.top], [x, plot.top + plot.height]], brush.ink, 1, [4, 4]);
      if (arrays[pane.at].data.length > 1) drawCross(brush, x, plot.y(number(arrays[pane.at], 1)));
    }
    context.restore();
    drawAxes(brush, plot, pane, xs, ys);
    context.textBaseline = "top";
    context.textAlign = "right";
    let right = plot.left + plot.width - 2;
    let y = above ? 4 : plot.top + 6;
    named.forEach((series, i) => {
      if (!above) {
        context.globalAlpha = 0.75;
        context.fillStyle = brush.paper;
        context.fillRect(right - widths[i] + 10, y - 2, widths[i] - 8, 16);
        context.globalAlpha = 1;
      }
      context.fillStyle = brush.ink;
      context.fillText(series.label, right, y);
      const end = right - widths[i] + 34;
      strokeLine(brush, [[end - 20, y + 6], [end, y + 6]], color(series), series.width || 2, series.dash);
      if (above) right -= widths[i];
      else y += 16;
    });
    return plot;
  },

  bars(brush, pane, arrays) {
    const array = arrays[pane.field];
    const { context, width, height } = brush;
    const [low, high] = pane.range;
    const top = 26, bottom = height - 24;
    const y = (value) => bottom - ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (bottom - top);
    const step = width / array.data.length;
    context.textAlign = "center";
    strokeLine(brush, [[0, y(Math.max(low, 0))], [width, y(Math.max(low, 0))]], brush.line, 1);
    for (let i = 0; i < array.data.length; i++) {
      const value = number(array, i);
      const middle = (i + 0.5) * step;
      const zero = y(Math.max(low, 0));
      const end = y(value - (arrays[pane.center] ? number(arrays[pane.center], 0) : 0));
      context.fillStyle = brush.colors[i % brush.colors.length];
      context.fillRect(middle - step * 0.32, Math.min(zero, end), step * 0.64, Math.max(Math.abs(zero - end), 1));
      context.fillStyle = brush.ink;
      const below = end > zero;
      context.textBaseline = below ? "top" : "bottom";
      const text = value.toFixed(Math.abs(value) < 100 ? pane.digits : 0).replace("-", "\u2212");
      context.fillText(text, middle, below ? end + 3 : end - 3);
      context.textBaseline = "bottom";
      context.fillStyle = brush.muted;
      context.fillText(pane.labels[i], middle, height - 2);
    }
    if (arrays[pane.target]) {
      const middle = (number(arrays[pane.target], 0) + 0.5) * step;
      context.strokeStyle = brush.ink;
      context.lineWidth = 2;
      context.strokeRect(middle - step * 0.4, top - 20, step * 0.8, bottom - top + 22);
    }
    return null;
  },

  matrices(brush, pane, arrays) {
    const { context } = brush;
    const shown = pane.items.map((item) => {
      if (typeof item === "string") return { sign: item, columns: 0.6, rows: 1 };
      const { data, shape } = arrays[item.field];
      const full = (row, column) => !Number.isNaN(data[row * shape[1] + column]);
      let rows = 0, columns = 0;
      while (rows < shape[0] && full(rows, 0)) rows++;
      while (columns < shape[1] && full(0, columns)) columns++;
      return { ...item, data, wide: shape[1], rows, columns };
    });
    const [row, column] = arrays[pane.look].data;
    const lines = brush.width < 420 ? [shown.slice(0, 3), shown.slice(3)] : [shown]; // a phone's: in two lines
    const units = Math.max(...lines.map((line) => line.reduce((sum, { columns }) => sum + columns + 0.25, 0)));
    const high = brush.height / lines.length;
    const cell = Math.min(46, brush.width / units, (high - 44) / 4);
    context.textAlign = "center";
    lines.forEach((line, place) => {
      const above = place * high;
      let left = (brush.width - cell * line.reduce((sum, { columns }) => sum + columns + 0.25, 0)) / 2;
      for (const item of line) {
        const middle = left + (item.columns * cell) / 2;
        context.textBaseline = "middle";
        context.fillStyle = brush.ink;
        if (item.sign) context.fillText(item.sign, middle, above + 24 + 2 * cell);
        else {
          const top = above + 24 + (2 - item.rows / 2) * cell;
          for (let i = 0; i < item.rows; i++) {
            for (let j = 0; j < item.columns; j++) {
              const looked = { row: i === row, column: j === column, both: i === row && j === column, biases: j === column }[item.look];
              context.fillStyle = looked ? brush.colors[4] : brush.colors[0];
              context.globalAlpha = looked ? 0.4 : 0.13;
              context.fillRect(left + j * cell + 1, top + i * cell + 1, cell - 2, cell - 2);
              context.globalAlpha = 1;
              context.fillStyle = brush.ink;
              const value = item.data[i * item.wide + j].toFixed(1).replace("-", "\u2212");
              context.fillText(value, left + (j + 0.5) * cell, top + (i + 0.5) * cell, cell - 3);
            }
          }
          context.textBaseline = "bottom";
          context.fillText(item.label, middle, above + 18, Math.max(item.columns * cell + 18, 56));
          context.textBaseline = "top";
          context.fillStyle = brush.muted;
          context.fillText(`(${item.rows}, ${item.columns})`, middle, above + 28 + 4 * cell);
        }
        left += (item.columns + 0.25) * cell;
      }
    });
    return null;
  },

  gallery(brush, pane, arrays) {
    const array = arrays[pane.field];
    const [layers, neurons, rows, columns] = array.shape;
    const { context } = brush;
    context.fillStyle = brush.muted;
    context.textBaseline = "top";
    if (!layers) {
      context.textAlign = "center";
      context.fillText("No hidden layer, no hidden neurons.", brush.width / 2, brush.height / 2 - 6);
      return null;
    }
    const label = 52, gap = 3;
    const cell = Math.min((brush.width - label) / neurons, brush.height / layers, 64);
    context.textAlign = "left";
    for (let layer = 0; layer < layers; layer++) {
      const top = layer * cell;
      context.fillStyle = brush.muted;
      context.fillText(`layer ${layer + 1}`, 0, top + cell / 2 - 6);
      for (let neuron = 0; neuron < neurons; neuron++) {
        const at = (layer * neurons + neuron) * rows * columns;
        const box = { left: label + neuron * cell, top, width: cell - gap, height: cell - gap };
        paintBytes(brush, array.data.subarray(at, at + rows * columns), rows, columns, "sequential", box);
        context.strokeStyle = brush.line;
        context.lineWidth = 1;
        context.strokeRect(box.left, box.top, box.width, box.height);
      }
    }
    return null;
  },
};
