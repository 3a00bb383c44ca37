/* What the playground trains: whatever its controls say, on the data sets that came along. */

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
  return exactly(rows.flat(), [rows.length, 3]);
};

const wordsOf = (epoch, [train, test], classes) => {
  if (!Number.isFinite(train.loss)) {
    return `Epoch ${epoch}: the loss is no number any more. The steps were too large: lower the learning rate.`;
  }
  const numbers = `Epoch ${epoch}: loss ${fixed(train.loss, 3)}, on the test points ${fixed(test.loss, 3)}.`;
  if (classes === 1) return numbers;
  const guessing = train.accuracy < 1.05 / classes ? " No better than guessing." : "";
  return `${numbers} Accuracy ${percent(train.accuracy, 1)}, on the test points ${percent(test.accuracy, 1)}.${guessing}`;
};

/* What a setting of the playground trains: {training, train, test}. */
const prepare = (setting, { start, sets }) => {
  const { data, noise, depth, width, activation, l1, l2, dropout, optimizer, learning_rate: rate } = setting;
  const regression = data === "sine";
  const [train, test] = sets[data].map((part) => withNoise(part, noise, regression));
  const plan = {
    sizes: [train.inputs.length / train.targets.length, ...Array(depth).fill(width), regression ? 1 : Math.max(...train.targets) + 1],
    start: activation === "Sigmoid" ? "glorot_uniform" : "he_normal",
    loss: regression ? "squaredError" : "crossentropy",
    ...{ activation, l1, l2, dropout, optimizer, rate },
  };
  return { training: makeTraining(plan, train, makeGenerator(start)), train, test };
};

const playgroundEngine = async (block, axes, { time }) => {
  const came = await openSets(block);
  return trainingEngine(axes, time, (setting) => {
    const { training, train, test } = prepare(setting, came);
    const points = pointsOf(train, setting.data === "sine");
    return {
      advance: training.step,
      look: () => ({ measured: [train, test].map((part) => training.measure(part)), parameters: training.parameters.slice() }),
      show(epoch, seen) {
        const passed = Object.keys(seen).map(Number).filter((each) => each <= epoch);
        const history = passed.flatMap((each) => [each, ...seen[each].measured.map(({ loss }) => loss)]);
        const { measured, parameters } = seen[epoch];
        const pictures = picturesOf(setting, training.sizes, parameters);
        return {
          arrays: { points, history: exactly(history, [passed.length, 3]), ...pictures },
          words: wordsOf(epoch, measured, training.sizes.at(-1)),
        };
      },
    };
  });
};
