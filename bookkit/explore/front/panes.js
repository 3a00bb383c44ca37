/* Panes: each draws one part of a frame on its canvas.

   kind -> draw(brush, pane, arrays, position); what it returns says where the picture lies.

   map      bytes over a plane: field, or by: an axis whose word names the field; x, y (ranges), palette;
            points, and small ones: (n, 3) x, y, class; line: (4) x0, y0, x1, y1; mark: two axes, at whose values a ring stands;
            drag: two axes that a finger on the picture moves, or with a line its two weights and its bias (shift:
            the bias alone, cells: an axis for each square of the picture, which are not blurred); bare: whether no axes are drawn; paths: (n, k, 2), drawn from entry 0 to the one
            that axis upto says, as looks: [{color, dash, marker}] say; a path that ends before it has a cross there
   chart    lines: x, y (ranges; y may be "auto"; ends: what stands there instead of y's), series: [{field, label,
            color, dash, marker, columns, row}], each (k) evenly spaced over x, or (k, m) with two of its columns or
            one row, as far as axis upto says; dots: (n, 2) or (n, 3); at: a field whose first number is where an
            upright line stands; drag: axes that are places along x, of which a finger moves the nearest, or with kink a
            bias and a weight: a ring on the last line is where they bend it, and a finger moves it
   bars     field (n), labels, range, digits; center: a field whose number is where the bars begin; target: one
            whose number is the bar with a frame around it; arrows: whether they are arrows;
            drag: an axis for each bar, or null, whose value a finger moves; scale: an axis by whose value it was divided
   graph    nodes: [{label, x, y}], edges: [{from, to}, or of a bias {to}], links: [[from, to]], rows: [[text, y]],
            places being shares of the canvas; field and gradients: a number for each node, then each edge; walk:
            a row for each value of axis step, or one in all, with 0 to 3 for each number and each gradient: not there
            yet, there, used now, computed now; target: a field whose number says from which of the last two nodes
            but one the loss, the last, comes. What flows forward is blue and whole, what flows back orange and dashed
   matrices items: [{field, label}, "sign", ...], each field (rows, columns), NaN where it has no entry
   network  field (layers, neurons, rows, columns): each hidden neuron's own picture; weights: all parameters in one row;
            ends: {the word of axis by: {labels of the inputs, number of classes}}; a chosen neuron is shown large */
// The two ways through a graph: 0 and 1.
const FLOWS = [{ label: "forward: numbers" }, { label: "backward: gradients \u2202", dash: [5, 3] }];
const BOX = { wide: 78, high: 38 }; // of a node

/* Where the way from one place to a node's middle comes to its box. */
const atBox = (from, { x, y }) => {
  const [across, down] = [from.x - x, from.y - y];
  const share = Math.min(BOX.wide / 2 / Math.abs(across), BOX.high / 2 / Math.abs(down), 1);
  return [x + share * across, y + share * down];
};

const drawings = {
  map(brush, pane, arrays, position) {
    const plot = frameOf(brush, pane.x, pane.y, { square: true });
    const field = arrays[pane.by ? position[pane.by] : pane.field];
    const [rows, columns] = field.shape;
    brush.context.save();
    brush.context.beginPath();
    brush.context.rect(plot.left, plot.top, plot.width, plot.height);
    brush.context.clip();
    if (pane.palette === "classes") paintClasses(brush, field.data, rows, columns, plot);
    else paintBytes(brush, field.data, rows, columns, pane, plot);
    if (arrays[pane.line]) {
      const [x0, y0, x1, y1] = arrays[pane.line].data;
      strokeLine(brush, [[plot.x(x0), plot.y(y0)], [plot.x(x1), plot.y(y1)]], brush.ink, 2.5);
    }
    if (arrays[pane.small]) drawPoints(brush, plot, arrays[pane.small], 0.55);
    if (arrays[pane.points]) drawPoints(brush, plot, arrays[pane.points]);
    brush.context.restore();
    if (!pane.bare) drawAxes(brush, plot, pane);
    if (arrays[pane.paths]) drawPaths(brush, plot, arrays[pane.paths], pane.looks, position[pane.upto]);
    if (pane.mark) drawCross(brush, ...[plot.x(position[pane.mark[0]]), plot.y(position[pane.mark[1]])]);
    return plot;
  },

  chart(brush, pane, arrays, position) {
    const lines = pane.series.map((series) => {
      const array = arrays[series.field];
      if (!array) return [];
      const [length, wide] = array.shape;
      const { row } = series;
      const at = (i) => (i / ((row === undefined ? length : wide) - 1)) * (pane.x[1] - pane.x[0]) + pane.x[0];
      if (row !== undefined) {
        return Array.from({ length: position[pane.upto] + 1 }, (_, i) => [at(i), number(array, row * wide + i)]);
      }
      return Array.from({ length }, (_, i) =>
        wide
          ? series.columns.map((column) => number(array, i * wide + column))
          : [at(i), number(array, i)],
      );
    });
    const all = lines.flat();
    const last = all.length ? Math.max(...all.map(([x]) => x)) : 1;
    const xs = pane.x || [0, Math.max(last, 1)];
    const finite = all.map(([, y]) => y).filter(Number.isFinite);
    const ys = pane.y === "auto" ? [0, Number(Math.min(1.15 * Math.max(0.1, ...finite), pane.most ?? Infinity).toPrecision(2))] : pane.y;
    const legend = legendOf(brush, pane.series);
    const plot = frameOf(brush, xs, ys, { left: 34, top: 8 + 16 * legend.length });
    const { context } = brush;
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, plot.width, plot.height);
    context.clip();
    if (ys[0] < 0 && ys[1] > 0) strokeLine(brush, [[plot.left, plot.y(0)], [plot.left + plot.width, plot.y(0)]], brush.line, 1);
    const dots = arrays[pane.dots];
    for (let i = 0; dots && i < dots.shape[0]; i++) {
      const [x, y, label = 0] = dots.data.subarray(i * dots.shape[1], (i + 1) * dots.shape[1]);
      drawMarker(brush, plot.x(x), plot.y(y), label, 3);
    }
    const color = ({ color }) => (color === undefined ? brush.muted : brush.colors[color]);
    const stroke = (series, line) => strokeLine(brush, line, color(series), series.width || 2, series.dash);
    lines.forEach((line, i) => stroke(pane.series[i], (lines[i] = line.map(([x, y]) => [plot.x(x), plot.y(y)]))));
    if (arrays[pane.at]) {
      const x = plot.x(number(arrays[pane.at], 0));
      strokeLine(brush, [[x, plot.top], [x, plot.top + plot.height]], brush.ink, 1, [4, 4]);
      if (arrays[pane.at].data.length > 1) drawCross(brush, x, plot.y(number(arrays[pane.at], 1)));
    }
    if (pane.kink) {
      const x = plot.x(-position[pane.drag[0]] / position[pane.drag[1]]);
      const line = lines.at(-1);
      const [from, to] = [line.findLast((point) => point[0] <= x), line.find((point) => point[0] > x)];
      if (from && to) drawCross(brush, x, from[1] + ((x - from[0]) / (to[0] - from[0])) * (to[1] - from[1]));
    }
    context.restore();
    drawAxes(brush, plot, pane, xs, ys);
    pane.series.forEach(({ marker }, i) => {
      const end = lines[i].findLast(([, y]) => Number.isFinite(y));
      if (marker >= 0 && end) drawMarker(brush, ...end, marker, 4);
    });
    drawLegend(brush, legend, (wide) => plot.left + plot.width - wide, (series, from, to) => {
      stroke(series, [from, to]);
      if (series.marker >= 0) drawMarker(brush, (from[0] + to[0]) / 2, from[1], series.marker, 4);
    });
    return { ...plot, lines };
  },

  bars(brush, pane, arrays) {
    const array = arrays[pane.field];
    const { context, width, height } = brush;
    const [low, high] = pane.range;
    const top = 26, bottom = height - (low < 0 ? 38 : 22);
    const y = (value) => bottom - ((Math.min(Math.max(value, low), high) - low) / (high - low)) * (bottom - top);
    const step = width / array.data.length;
    context.textAlign = "center";
    strokeLine(brush, [[0, y(Math.max(low, 0))], [width, y(Math.max(low, 0))]], brush.line, 1);
    const base = arrays[pane.center] ? number(arrays[pane.center], 0) : 0;
    if (base) {
      context.fillStyle = brush.muted;
      context.textAlign = "left";
      context.fillText(tickText(base), 0, top - 10);
      strokeLine(brush, [[2, top - 8], [2, y(0) - 2]], brush.line, 1, [2, 2]);
      context.textAlign = "center";
    }
    for (let i = 0; i < array.data.length; i++) {
      const value = number(array, i);
      const middle = (i + 0.5) * step;
      const zero = y(Math.max(low, 0));
      const end = y(value - base);
      context.fillStyle = brush.colors[i % brush.colors.length];
      if (pane.arrows && end !== zero) drawArrow(brush, middle, zero, end, step * 0.2);
      else context.fillRect(middle - step * 0.32, Math.min(zero, end), step * 0.64, Math.max(Math.abs(zero - end), 1));
      if (pane.drag?.[i]) strokeLine(brush, [[middle - step * 0.4, end], [middle + step * 0.4, end]], brush.ink, 2.5); // take it here
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
    return {
      fromX: (pixel) => pixel / step,
      fromY: (pixel) => low + ((bottom - pixel) / (bottom - top)) * (high - low),
    };
  },

  graph(brush, pane, arrays, position) {
    const { context, width, height, colors } = brush;
    const { data, shape } = arrays[pane.walk];
    const count = pane.nodes.length;
    const legend = legendOf(brush, FLOWS);
    const top = 16 * legend.length + 4;
    const nodes = pane.nodes.map(({ label, x, y }) => ({ label, x: x * width, y: top + y * (height - top) }));
    const state = (i, way) => data[(position[pane.step] ?? 0) * shape[1] + i + way * (shape[1] / 2)];
    const now = (i, way) => state(i, way) > 1;
    const was = (i, way) => pane.step && state(i, way) > 0; // in a walk, what has passed keeps a pale color
    const lit = (i) => now(i, 0) || now(i, 1);
    // How strong each way shows: 0 for what has not come by, 1 for what has, 2 for what does now.
    const strength = (isNow, isPast) => (isNow ? 2 : isPast ? 1 : 0);
    const stroke = (way, strong, line) => {
      context.globalAlpha = strong > 1 ? 1 : 0.5;
      strokeLine(brush, line, colors[way], strong > 1 ? 2 : 1.5, FLOWS[way].dash);
      if (strong > 1) drawHead(brush, ...line.slice(-2), colors[way]);
      context.globalAlpha = 1;
    };
    // Both at once run side by side; otherwise the last to come by is to be seen.
    const join = (from, to, forward, back) => {
      const line = [atBox(to, from), atBox(from, to)];
      const aside = forward > 1 && back > 1 ? 2.5 : 0;
      const moved = (by) => line.map(([x, y]) => [x, y + by]);
      if (!forward && !back) strokeLine(brush, line, brush.line, 1.5);
      if (forward > back || aside) stroke(0, forward, moved(-aside));
      if (back && back >= forward) stroke(1, back, moved(aside).reverse());
    };
    const link = (from, to) => {
      const both = lit(from) && lit(to);
      join(nodes[from], nodes[to], strength(both && now(from, 0) && now(to, 0), was(to, 0)), strength(both && now(from, 1), was(from, 1)));
    };
    // A number and, below it, its gradient; what was computed now has a frame.
    const show = (i, x, y, align) =>
      [pane.field, pane.gradients].forEach((name, way) => {
        const level = state(i, way);
        if (!level) return;
        const text = (way ? "\u2202 " : "") + number(arrays[name], i).toFixed(3).replace("-", "\u2212");
        const box = drawChip(brush, text, x, y + 15 * way - 7, align, colors[way], [0, pane.step ? 0.14 : 0, 0.3, 0.55][level]);
        if (level > 2) strokeBox(brush, box, colors[way], 1.5, FLOWS[way].dash);
      });
    drawLegend(brush, legend, (wide) => (width - wide) / 2, ({ dash }, from, to) =>
      stroke(dash ? 1 : 0, 2, dash ? [to, from] : [from, to]));
    context.textBaseline = "middle";
    for (const [from, to] of pane.links) link(from, to);
    if (arrays[pane.target] && state(count - 1, 0)) link(count - 3 + number(arrays[pane.target], 0), count - 1);
    const inward = ({ x }) => (x < width / 2 ? 1 : -1);
    pane.edges.forEach(({ from, to }, i) => {
      const end = nodes[to];
      const start = nodes[from] || { x: end.x + 90 * inward(end), y: end.y };
      const back = now(count + i, 1) || (now(count + i, 0) && now(to, 1)); // a weight that a gradient passes
      join(start, end, strength(now(count + i, 0) && !back, was(to, 0)), strength(back, was(count + i, 1)));
    });
    pane.edges.forEach(({ from, to }, i) => {
      const end = nodes[to], start = nodes[from];
      if (!start) return show(count + i, end.x + 46 * inward(end), end.y, end.x < width / 2 ? "left" : "right");
      const share = start.x === end.x ? 0.5 : 0.33;
      show(count + i, start.x + share * (end.x - start.x), start.y + share * (end.y - start.y), "center");
    });
    context.textAlign = "center";
    for (const [text, y] of pane.rows) {
      context.fillStyle = brush.muted;
      context.fillText(text, width / 2, top + y * (height - top));
    }
    nodes.forEach(({ label, x, y }, i) => {
      const box = [x - BOX.wide / 2, y - BOX.high / 2, BOX.wide, BOX.high];
      context.fillStyle = brush.paper;
      context.fillRect(...box);
      const levels = [0, 1].map((way) => strength(now(i, way), was(i, way)));
      if (!Math.max(...levels)) strokeBox(brush, box, brush.line, 1);
      levels.forEach((level, way) => {
        if (level && level >= levels[1 - way]) strokeBox(brush, box, colors[way], level, way && levels[0] === level ? [4, 8] : FLOWS[way].dash);
      });
      context.fillStyle = brush.muted;
      context.textAlign = "left";
      context.fillText(label, x - 36, y - 6);
      show(i, x + 37, y, "right");
    });
    return { left: 0, top, width, height: height - top };
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

  network(brush, pane, arrays, position, chosen) {
    const { context, width, height, colors } = brush;
    const pictures = arrays[pane.field];
    const [depth, wide, rows, columns] = pictures.shape;
    const { labels, classes } = pane.ends[position[pane.by]];
    const sizes = [labels.length, ...Array(depth).fill(wide), classes];
    const most = Math.max(...sizes);
    const top = 20, gap = Math.min((height - top) / most, 56), size = Math.min(0.82 * gap, 46);
    const gapOf = (count) => Math.min(Math.max(gap, 44), (height - top) / count); // a few stand further apart
    const nodes = sizes.flatMap((count, layer) =>
      Array.from({ length: count }, (_, neuron) => ({
        layer, neuron,
        x: size / 2 + 2 + (layer / (depth + 1)) * (width - size - 4),
        y: top + (height - top) / 2 + (neuron - (count - 1) / 2) * (layer % (depth + 1) ? gap : gapOf(count)),
      })),
    );
    const starts = sizes.map((_, layer) => sizes.slice(0, layer).reduce((sum, count) => sum + count, 0));
    const isChosen = (layer, neuron) => chosen?.layer === layer && chosen.neuron === neuron;
    let offset = 0;
    for (let layer = 0; layer <= depth; layer++) {
      const [n, m] = [sizes[layer], sizes[layer + 1]];
      const weights = arrays[pane.weights].data.subarray(offset, offset + n * m);
      offset += n * m;
      const largest = weights.reduce((found, weight) => Math.max(found, Math.abs(weight)), 0);
      weights.forEach((weight, i) => {
        const share = Math.abs(weight) / largest;
        const [j, k] = [Math.floor(i / m), i % m];
        if (!(share > 0.05)) return;
        const [from, to] = [nodes[starts[layer] + j], nodes[starts[layer + 1] + k]];
        const strong = isChosen(layer, j) || isChosen(layer + 1, k);
        context.globalAlpha = strong ? 1 : chosen ? 0.15 * share : 0.15 + 0.65 * share;
        context.beginPath();
        context.moveTo(from.x + size / 2, from.y);
        const middle = (from.x + to.x) / 2;
        context.bezierCurveTo(middle, from.y, middle, to.y, to.x - size / 2, to.y);
        context.strokeStyle = colors[weight > 0 ? 0 : 1];
        context.lineWidth = 0.5 + 2.5 * share;
        context.stroke();
      });
    }
    context.globalAlpha = 1;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const paint = ({ layer, neuron }, box) => {
      const at = ((layer - 1) * wide + neuron) * rows * columns;
      context.fillStyle = brush.paper;
      context.fillRect(box.left, box.top, box.width, box.height);
      paintBytes(brush, pictures.data.subarray(at, at + rows * columns), rows, columns, { palette: "sequential" }, box);
      context.strokeStyle = isChosen(layer, neuron) ? brush.ink : brush.line;
      context.lineWidth = isChosen(layer, neuron) ? 2 : 1;
      context.strokeRect(box.left, box.top, box.width, box.height);
    };
    for (const node of nodes) {
      const { layer, neuron, x, y } = node;
      if (layer === 0 || (layer > depth && classes === 1)) {
        context.fillStyle = brush.ink;
        context.fillText(layer ? "y" : labels[neuron], x, y);
      } else if (layer > depth) drawMarker(brush, x, y, neuron, Math.min(size / 3, 8));
      else paint(node, { left: x - size / 2, top: y - size / 2, width: size, height: size });
    }
    context.fillStyle = brush.muted;
    context.textBaseline = "top";
    for (let layer = 1; layer <= depth; layer++) context.fillText(depth < 5 ? `layer ${layer}` : layer, nodes[starts[layer]].x, 2);
    const node = nodes.find(({ layer, neuron }) => isChosen(layer, neuron));
    if (node) {
      const side = Math.min(150, height - 28, width / 2);
      const left = node.x < width / 2 ? Math.min(node.x + size, width - side - 2) : Math.max(node.x - size - side, 2);
      paint(node, { left, top: Math.min(Math.max(node.y - side / 2, top + 2), height - side - 2), width: side, height: side });
    }
    return { nodes: nodes.filter(({ layer }) => layer > 0 && layer <= depth), size };
  },
};

/* kind -> what stands at a pointer's place on the picture: {at: its pixels, upright: whether it holds for all that is above
   and below, texts}; null outside. */
const readings = {
  map({ plot, pane, arrays, position }, [x, y]) {
    const [across, up] = [(x - plot.left) / plot.width, 1 - (y - plot.top) / plot.height];
    if (!(Math.min(across, up) >= 0 && Math.max(across, up) < 1)) return null;
    const texts = [`${pane.xlabel} ${digits(plot.fromX(x))}`, `${pane.ylabel} ${digits(plot.fromY(y))}`];
    if (pane.palette === "classes") {
      const found = classAt(arrays[pane.by ? position[pane.by] : pane.field], across, up);
      texts.push(found === NO_ANSWER ? "no answer" : `class ${found}`);
    }
    return { at: [x, y], upright: false, texts };
  },

  chart({ plot, pane }, [x, y]) {
    if (x < plot.left || x > plot.left + plot.width || y < plot.top || y > plot.top + plot.height) return null;
    const distance = (point) => (Number.isFinite(point[1]) ? Math.abs(point[0] - x) : Infinity);
    const nearest = (line) => line.reduce((best, point) => (distance(point) < distance(best) ? point : best), [NaN, NaN]);
    const found = plot.lines.map(nearest);
    const place = nearest(found)[0];
    if (!Number.isFinite(place)) return null;
    // Of a logarithm, and of heights whose ends are written by hand, no plain number can be read.
    const texts = /logarithm/.test(pane.xlabel) ? [] : [`${pane.xlabel ?? ""} ${digits(plot.fromX(place))}`.trim()];
    found.forEach(([left, top], i) => {
      const { label = pane.ylabel ?? "" } = pane.series[i];
      if (Math.abs(left - place) < 1 && !pane.ends) texts.push(`${label} ${digits(plot.fromY(top))}`.trim());
    });
    return texts.length ? { at: [place, y], upright: true, texts } : null;
  },
};

const digits = (value) => String(Number(value.toPrecision(3))).replace("-", "\u2212");

/* Write on the picture what stands at the pointer. */
const drawReading = (brush, each, frame) => {
  const reading = readings[each.pane.kind]({ ...each, ...frame }, each.pointer);
  if (!reading) return;
  const { context, width, paper, ink, line } = brush;
  const { at: [x, y], upright, texts } = reading;
  if (upright) strokeLine(brush, [[x, each.plot.top], [x, each.plot.top + each.plot.height]], brush.muted, 1, [2, 3]);
  const wide = Math.max(...texts.map((text) => context.measureText(text).width)) + 12;
  const high = 15 * texts.length + 8;
  const left = Math.max(x + wide + 12 > width ? x - wide - 10 : x + 10, 2);
  const top = Math.max(y - high - 6, 2);
  context.fillStyle = paper;
  context.fillRect(left, top, wide, high);
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.strokeRect(left, top, wide, high);
  context.fillStyle = ink;
  context.textAlign = "left";
  context.textBaseline = "top";
  texts.forEach((text, i) => context.fillText(text, left + 6, top + 5 + 15 * i));
};
