/* A finger on a picture.

   way -> what it asks for, {axis: number}. pane: what is drawn; from: where the finger went down; start: the position
   then; to: where the finger is now; now: the position now. Places are in the picture's own coordinates. */
const ways = {
  // Two axes: the values at the finger.
  place: ({ pane }, to) => Object.fromEntries(pane.drag.map((name, i) => [name, to[i]])),

  // An axis for each bar: the bar that was taken ends at the finger.
  bars({ pane: { drag, scale }, from, start }, to) {
    const bar = Math.min(Math.max(Math.floor(from[0]), 0), drag.length - 1);
    return { [drag[bar]]: to[1] * (start[scale] ?? 1) };
  },

  // A bias and a weight: the place where the weighted input and the bias come to zero follows the finger.
  kink: ({ pane: { drag }, start }, [x]) => (start[drag[1]] ? { [drag[0]]: -start[drag[1]] * x } : {}),

  // Two weights and a bias: the line runs through the finger; taken near an end, it turns about its middle.
  line({ pane: { drag, x }, from, start }, to, now) {
    const [w0, w1, bias] = drag.map((name) => start[name]);
    const length = Math.hypot(w0, w1);
    if (!length) return {}; // no line
    const middle = [w0, w1].map((weight) => (-bias * weight) / length ** 2);
    const along = (w0 * (from[1] - middle[1]) - w1 * (from[0] - middle[0])) / length;
    if (Math.abs(along) < 0.3 * (x[1] - x[0])) return { [drag[2]]: -(w0 * to[0] + w1 * to[1]) };
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
  const way = { bars: "bars", chart: "kink" }[pane.kind] ?? (pane.line ? "line" : "place");
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
