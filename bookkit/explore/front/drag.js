/* A finger on a picture.

   way -> what it asks for, {axis: number}. pane: what is drawn; from: where the finger went down; start: the position
   then; to: where the finger is now; now: the position now. Places are in the picture's own coordinates. */
const ways = {
  // Two axes: the values at the finger.
  place: ({ pane }, to) => Object.fromEntries(pane.drag.map((name, i) => [name, to[i]])),

  // Two axes, from a surface's own start: shares of the way to the border, where they are -1 and 1.
  start: ({ pane: { drag, by, starts, x, y } }, to, now) =>
    Object.fromEntries(drag.map((name, i) => {
      const own = ownStart(starts[now[by]], now.turn, x[1])[i], moved = to[i] - own;
      return [name, moved / (Math.abs([x, y][i][moved > 0 ? 1 : 0] - own) || 1)];
    })),

  // Axes of places along a chart: that which was nearest to the finger goes with it.
  along({ pane: { drag }, from, start }, to) {
    const far = (name) => Math.abs(start[name] - from[0]);
    return { [drag.reduce((best, name) => (far(name) < far(best) ? name : best))]: to[0] };
  },

  // An axis for each bar: the bar that was taken ends at the finger. A bar without an axis stays.
  bars({ pane: { drag, scale }, from, start }, to) {
    const bar = Math.min(Math.max(Math.floor(from[0]), 0), drag.length - 1);
    return drag[bar] ? { [drag[bar]]: to[1] * (start[scale] ?? 1) } : {};
  },

  // An axis for each cell of a square, row 0 on top: by the height of a cell, the weight that was taken changes by 1.
  cells({ pane: { drag, x: [, side] }, from: [across, up], start }, to) {
    const name = drag[(side - 1 - Math.floor(up)) * side + Math.floor(across)];
    return name ? { [name]: start[name] + to[1] - up } : {};
  },

  // A bias and a weight: the place where the weighted input and the bias come to zero follows the finger.
  kink: ({ pane: { drag }, start }, [x]) => (start[drag[1]] ? { [drag[0]]: -start[drag[1]] * x } : {}),

  // Two weights and a bias: the line runs through the finger; taken near an end, it turns about its middle,
  // unless it only shifts.
  line({ pane: { drag, x, shift }, from, start }, to, now) {
    const [w0, w1, bias] = drag.map((name) => start[name]);
    const length = Math.hypot(w0, w1);
    if (!length) return {}; // no line
    const middle = [w0, w1].map((weight) => (-bias * weight) / length ** 2);
    const along = (w0 * (from[1] - middle[1]) - w1 * (from[0] - middle[0])) / length;
    if (shift || Math.abs(along) < 0.3 * (x[1] - x[0])) return { [drag[2]]: -(w0 * to[0] + w1 * to[1]) };
    const [across, up] = [to[0] - middle[0], to[1] - middle[1]];
    const side = Math.sign(now[drag[0]] * up - now[drag[1]] * across) || 1; // pink stays on its side
    const share = (side * length) / (Math.hypot(across, up) || 1);
    const turned = [share * up, -share * across];
    return Object.fromEntries([...turned, -(turned[0] * middle[0] + turned[1] * middle[1])].map((value, i) => [drag[i], value]));
  },
};

/* Let a finger move what a pane's drag names: asked({axis: number}) is called with what it asks for. */
const addDrag = (each, position, asked) => {
  const { canvas, pane } = each;
  const chart = pane.kink ? "kink" : "along";
  const way = { bars: "bars", chart }[pane.kind] ?? (pane.line ? "line" : pane.starts ? "start" : pane.cells ? "cells" : "place");
  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [each.plot.fromX(event.clientX - box.left), each.plot.fromY(event.clientY - box.top)];
  };
  let held = null;
  const move = (event) => asked(ways[way](held, placeOf(event), position()));
  canvas.classList.add("explorer-drag", `explorer-drag-${way}`);
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held = { pane, from: placeOf(event), start: position() };
    move(event);
  });
  canvas.addEventListener("pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && move(event));
};
