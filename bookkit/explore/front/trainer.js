/* The engine that trains on the page: whatever the playground's controls say, from the data sets that came along. */

const SLICE = 12; // milliseconds of training before the page may do other things
const MEANWHILE = 250; // milliseconds after which one sees how far a long training is

/* The parts of a block of bookkit.explore.trainings: {start, sets: {name: [training, test]}}, each part {X, y, unit}. */
const openSets = async (block) => {
  const { header, bytes } = await openBlock(block);
  let offset = 0;
  const take = (spec) => {
    const [array, size] = readArray(spec, bytes, offset);
    offset += size;
    return array.data;
  };
  const sets = {};
  for (const [name, parts] of Object.entries(header.sets)) {
    sets[name] = parts.map(([X, y, unit]) => ({ X: take(X), y: take(y), unit: take(unit) }));
  }
  return { start: header.start, sets };
};

/* A part with its noise: {inputs, targets}. */
const withNoise = ({ X, y, unit }, noise, regression) => {
  const moved = (clean) => clean.map((value, i) => value + noise * unit[i]);
  return regression ? { inputs: X, targets: moved(y) } : { inputs: moved(X), targets: y };
};

/* n x 3: x0, x1 and class, or x, y and 0 */
const pointsOf = ({ inputs, targets }, regression) => {
  const rows = [...targets].map((target, i) => (regression ? [inputs[i], target, 0] : [inputs[2 * i], inputs[2 * i + 1], target]));
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, 3], exact: true };
};

const wordsOf = (epoch, [train, test], classes) => {
  if (!Number.isFinite(train.loss)) {
    return `Epoch ${epoch}: the loss is no number any more. The steps were too large: lower the learning rate.`;
  }
  const numbers = `Epoch ${epoch}: loss ${train.loss.toFixed(3)}, on the test points ${test.loss.toFixed(3)}.`;
  if (classes === 1) return numbers;
  const percent = ({ accuracy }) => `${(100 * accuracy).toFixed(1)}%`;
  const guessing = train.accuracy < 1.05 / classes ? " No better than guessing." : "";
  return `${numbers} Accuracy ${percent(train)}, on the test points ${percent(test)}.${guessing}`;
};

const trainingEngine = async (block, axes, options) => {
  const { start, sets } = await openSets(block);
  const looks = axes.find(({ name }) => name === options.time).offered;
  const keyOf = (position) => JSON.stringify({ ...position, [options.time]: 0 });
  let course = null; // the training that was asked for last, and what was seen of it: {key, training, seen: {epoch: look}}

  const begin = (key, position) => {
    const regression = position.data === "sine";
    const [train, test] = sets[position.data].map((part) => withNoise(part, position.noise, regression));
    const training = makeTraining(position, { train, test }, start);
    return { key, training, points: pointsOf(train, regression), seen: {} };
  };
  const look = ({ training, seen }) => {
    seen[training.epoch] = { measured: training.measure(), parameters: training.parameters.slice() };
  };
  const frameOf = ({ training, points, seen }, position, epoch) => {
    const passed = Object.keys(seen).map(Number).filter((each) => each <= epoch); // in rising order
    const history = passed.flatMap((each) => [each, ...seen[each].measured.map(({ loss }) => loss)]);
    const { measured, parameters } = seen[epoch];
    return {
      position: { ...position, [options.time]: epoch },
      arrays: {
        points,
        history: { data: Float32Array.from(history), shape: [passed.length, 3], exact: true },
        ...picturesOf(position, training, parameters),
      },
      words: wordsOf(epoch, measured, training.sizes.at(-1)),
    };
  };
  const pause = (watch) => new Promise((resolve) => (watch ? requestAnimationFrame(resolve) : setTimeout(resolve)));

  return {
    trains: true,
    constants: {},
    has: () => true,
    settle: (position) => ({ position, words: "" }),
    async *ask(position, { signal, watch, from = 0 }) {
      const last = position[options.time];
      const key = keyOf(position);
      if (course?.key !== key || (!(last in course.seen) && course.training.epoch >= last)) course = begin(key, position);
      const mine = course;
      const { training, seen } = mine;
      const stops = [...looks.filter((epoch) => epoch < last), last];
      let shown = performance.now(), paused = shown;
      for (const stop of stops) {
        while (training.epoch < stop) {
          training.step();
          if (performance.now() - paused < SLICE) continue;
          await pause(false);
          if (signal.aborted) return;
          paused = performance.now();
        }
        if (training.epoch === stop && !(stop in seen)) look(mine);
        const wanted = watch ? stop >= from : performance.now() - shown > MEANWHILE;
        if (stop !== last && !wanted) continue;
        yield frameOf(mine, position, stop);
        if (stop === last) return;
        await pause(true);
        if (signal.aborted) return;
        shown = paused = performance.now();
      }
    },
  };
};
