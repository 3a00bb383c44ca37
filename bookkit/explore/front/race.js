/* Chapter 6's race, as bookkit.explore.chapter6 has it, from any start and with any setting. */

/* A place, turned around the middle of the map. */
const turnPlace = ([x, y], degrees) => {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [cosine * x - sine * y, sine * x + cosine * y];
};
/* Surfaces: {height, gradient} over two weights. */
const turnSurface = ({ height, gradient }, degrees) => ({
  height: (...place) => height(...turnPlace(place, -degrees)),
  gradient: (...place) => turnPlace(gradient(...turnPlace(place, -degrees)), degrees),
});
/* Its heights over the map, as surfaces.py puts them in bands. */
const heightsOf = ({ height }, reach, side = 64, bands = 15) => {
  const tick = (i) => ((i + 0.5) / side) * 2 * reach - reach;
  const heights = Float64Array.from({ length: side * side }, (_, i) => height(tick(i % side), tick(Math.floor(i / side))));
  const low = Math.min(...heights), high = Math.max(...heights);
  return exactly(heights.map((each) => Math.floor(Math.sqrt((each - low) / (high - low)) * bands) * Math.floor(255 / bands)), [side, side]);
};
/* The loss of a 2-8-3 network on the spiral, as the two weights into one of its hidden neurons move away from what training
   found. parameters: of both layers; points: rows of x0, x1 and class. */
const spiralSurface = ({ data: parameters }, points) => {
  const { inputs, targets } = labelled(points);
  const width = 8, moved = 1, classes = 3, count = targets.length;
  const weights = 2 * width, into = weights + width, biases = into + width * classes;
  const at = (x, y) => {
    const gradient = [0, 0];
    let height = 0;
    for (let i = 0; i < count; i++) {
      const [x0, x1] = [inputs[2 * i], inputs[2 * i + 1]];
      const logits = Array.from({ length: classes }, (_, k) => parameters[biases + k]);
      let open = 0;
      for (let j = 0; j < width; j++) {
        const [dx, dy] = j === moved ? [x, y] : [0, 0];
        const sum = x0 * (parameters[j] + dx) + x1 * (parameters[width + j] + dy) + parameters[weights + j];
        if (!(sum > 0)) continue;
        if (j === moved) open = 1;
        for (let k = 0; k < classes; k++) logits[k] += sum * parameters[into + j * classes + k];
      }
      const top = Math.max(...logits);
      const powers = logits.map((z) => Math.exp(z - top));
      const sum = powers.reduce((total, each) => total + each, 0);
      height += (Math.log(sum) + top - logits[targets[i]]) / count;
      if (!open) continue;
      const push = powers.reduce((total, power, k) => total + (power / sum - (k === targets[i])) * parameters[into + moved * classes + k], 0);
      gradient[0] += (x0 * push) / count;
      gradient[1] += (x1 * push) / count;
    }
    return { height, gradient };
  };
  return { height: (x, y) => at(x, y).height, gradient: (x, y) => at(x, y).gradient };
};
const surfacesOf = ({ network, points }) => ({
  bowl: { height: (x, y) => (x * x + y * y) / 2, gradient: (x, y) => [x, y] },
  ravine: { height: (x, y) => 0.1 * x * x + 4 * y * y, gradient: (x, y) => [0.2 * x, 8 * y] },
  saddle: {
    height: (x, y) => (x * x) / 2 - (y * y) / 2 + y ** 4 / 24 + 1.5,
    gradient: (x, y) => [x, y ** 3 / 6 - y],
  },
  spiral: spiralSurface(network, points),
});

/* name -> what makes its update, as training.js has them */
const RACERS = {
  SGD: () => descent(0),
  momentum: descent,
  Adagrad: () => OPTIMIZERS.Adagrad,
  RMSprop: () => OPTIMIZERS.RMSprop,
  Adam: () => OPTIMIZERS.Adam,
};

/* One racer's way: {places, heights, left}; NaN once it has left the map, in step `left`. */
const runOf = ({ height, gradient }, start, lowest, update, { rate, decay }, { steps, reach }) => {
  const places = [], heights = [], place = Float64Array.from(start), change = new Float64Array(2);
  let left = null;
  for (let step = 0; step <= steps; step++) {
    const before = [...place];
    if (step && left === null) {
      update(Float64Array.from(gradient(...place)), change, rate / (1 + decay * (step - 1)), step);
      place.forEach((_, i) => (place[i] -= change[i]));
      if (!place.every((each) => Math.abs(each) <= reach)) {
        left = step;
        const shares = [0, 1].filter((i) => Math.abs(place[i]) > reach)
          .map((i) => (Math.sign(place[i] - before[i]) * reach - before[i]) / (place[i] - before[i]));
        const share = Math.min(...shares);
        places.push(before.map((each, i) => each + share * (place[i] - each)));
        heights.push(NaN);
        continue;
      }
    }
    places.push(left === null ? [...place] : [NaN, NaN]);
    heights.push(left === null ? Math.max(0, height(...place) - lowest) : NaN);
  }
  return { places, heights, left };
};

const raceWords = (runs, step, tiny) => {
  const text = (height) => (height >= tiny ? significant(height, 3) : `below ${tiny}`);
  const there = Object.entries(runs).map(([name, { heights }]) => [heights[step], name]).filter(([height]) => height >= 0)
    .sort(([a, first], [b, second]) => a - b || (first < second ? -1 : 1));
  if (!step) return `All five stand at the same place, ${text(there[0][0])} above the lowest.`;
  const gone = Object.entries(runs).filter(([, { left }]) => left !== null && left <= step).map(([name, { left }]) => `${name} (step ${left})`);
  const after = `After ${step} step${step > 1 ? "s" : ""}`;
  const ranks = there.map(([height, name]) => `${name} ${text(height)}`).join(", ");
  const words = ranks ? `${after}, from the lowest up: ${ranks}.` : `${after} nobody is left.`;
  return gone.length ? `${words} Off the map: ${gone.join(", ")}.` : words;
};

/* Where a surface that is turned has the racers start by itself */
const ownStart = (place, turn, reach) => turnPlace(place, turn).map((each) => Math.min(Math.max(each, -reach), reach));

const raceEngine = async (block, axes, { engine: { steps, reach, tiny, starts } }) => {
  const frames = await framesEngine(block, axes);
  const surfaces = surfacesOf(frames.constants);
  const maps = {}; // those that are turned
  const computing = {
    computes: true,
    settle: (position) => ({ position, words: "" }),
    async *ask(position) {
      const { surface: name, turn, momentum, step, across, up } = position;
      const surface = turn ? turnSurface(surfaces[name], turn) : surfaces[name];
      const own = ownStart(starts[name].place, turn, reach);
      const start = [across, up].map((share, i) => own[i] + Math.abs(share) * (Math.sign(share) * reach - own[i]));
      const runs = Object.fromEntries(Object.entries(RACERS).map(([racer, make]) =>
        [racer, runOf(surface, start, starts[name].lowest, make(momentum)(2, DOUBLE), position, { steps, reach })]));
      const all = Object.values(runs);
      const arrays = {
        paths: exactly(all.flatMap(({ places }) => places.flat()), [all.length, steps + 1, 2]),
        heights: exactly(all.flatMap(({ heights }) => heights.map((height) => Math.log10(Math.max(height, tiny)))), [all.length, steps + 1]),
      };
      if (turn) arrays[name] = maps[`${name} ${turn}`] ??= heightsOf(surface, reach);
      yield { position, arrays, words: raceWords(runs, step, tiny) };
    },
  };
  return withStored(frames, computing);
};
