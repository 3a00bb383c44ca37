/* What the explorers of chapters 7 to 11 train, as bookkit.explore's courses do, each on the points that came along.
   The second argument is what chapterN.py says of it; constants: the arrays of its block; looks: the epochs at which one looks. */

/* Rows of x0, x1 and class */
const labelled = ({ data, shape: [count] }) => ({
  inputs: Float32Array.from({ length: 2 * count }, (_, i) => data[3 * (i >> 1) + (i % 2)]),
  targets: Float32Array.from({ length: count }, (_, i) => data[3 * i + 2]),
});
/* The chosen samples of a part, in that order */
const rowsOf = ({ inputs, targets }, chosen) => {
  const wide = inputs.length / targets.length;
  return {
    inputs: Float32Array.from({ length: wide * chosen.length }, (_, i) => inputs[wide * chosen[Math.floor(i / wide)] + (i % wide)]),
    targets: Float32Array.from(chosen, (i) => targets[i]),
  };
};
const MAP = { side: 40, levels: 7 };
const mapOf = (logits, classes) => ofBytes(classBytes(logits, classes, MAP.levels), MAP.side);
const MAP_PLACES = tiles(MAP.side);
/* value(look) for each epoch of looks that was passed, NaN for the others */
const until = (epoch, looks, seen, value) => exactly(looks.map((each) => (each <= epoch && seen[each] ? value(seen[each]) : NaN)));

/* A network that learns the spiral, one step an epoch. more(look, training, epoch, seen): what else is shown, {arrays,
   before, behind}: words that stand before and behind those of the validation points. */
const spiralCourse = (plan, { constants, start, looks }, more) => {
  const [train, test] = [constants.points, constants.tests].map(labelled);
  const training = makeTraining(plan, train, makeGenerator(start));
  let step = null;
  return {
    advance() {
      step = training.step();
    },
    look: () => ({
      seen: step ? step.measured().loss : NaN,
      train: training.measure(train).loss,
      test: training.measure(test),
      parameters: training.parameters.slice(),
    }),
    show(epoch, seen) {
      const now = seen[epoch];
      const lowest = Object.keys(seen).map(Number).filter((each) => each <= epoch)
        .reduce((found, each) => (seen[each].test.loss < seen[found].test.loss ? each : found));
      const { arrays, before = "", behind = "" } = more(now, training, epoch, seen);
      const { loss, accuracy } = now.test;
      return {
        arrays: {
          map: mapOf(training.predict(MAP_PLACES, now.parameters).outputs, 3),
          training: until(epoch, looks, seen, ({ train }) => train),
          test: until(epoch, looks, seen, ({ test }) => test.loss),
          ...arrays,
        },
        words: `Epoch ${epoch}: loss ${fixed(now.train, 3)}${before}, on the validation points ${fixed(loss, 3)}, with ${percent(accuracy, 0)} of them right (lowest so far: ${fixed(seen[lowest].test.loss, 3)}, at epoch ${lowest}).${behind}`,
      };
    },
  };
};

const COURSES = {
  penalties({ l1, l2 }, { plan, starts: [start], bins: { reach, wide, fine, zero } }, constants, looks) {
    const [n, m] = plan.sizes;
    const many = Math.round((2 * reach) / wide);
    return spiralCourse({ ...plan, l1, l2 }, { constants, start, looks }, ({ parameters }, training) => {
      const weights = parameters.subarray(0, n * m);
      const heights = Array(many).fill(0);
      for (const weight of weights) {
        const place = Math.floor((Math.min(Math.max(weight, -reach), reach) + reach) / wide);
        heights[Math.min(place, many - 1)] += 1;
      }
      const near = weights.filter((weight) => Math.abs(weight) < zero).length;
      const largest = weights.reduce((found, weight) => Math.max(found, Math.abs(weight)), 0);
      const high = Math.sqrt(near);
      return {
        arrays: {
          weights: exactly(heights.flatMap((height) => Array(fine).fill(Math.sqrt(height)))),
          zeros: exactly([-wide / 2, 0, -wide / 2, high, wide / 2, high, wide / 2, 0], [4, 2]),
        },
        behind: ` The penalties add ${fixed(training.penalty(parameters), 3)}. Of the first layer's ${weights.length} weights ${near} ${near === 1 ? "is" : "are"} within ${zero} of zero, and the largest is ${fixed(largest, 2)}.`,
      };
    });
  },

  dropout({ rate, width }, { plan, starts: [start] }, constants, looks) {
    return spiralCourse({ ...plan, sizes: [2, width, width, 3], dropout: rate }, { constants, start, looks }, (now, _, epoch, seen) => ({
      arrays: { seen: until(epoch, looks, seen, ({ seen: loss }) => loss) },
      before: ` with all neurons${epoch ? ` (${fixed(now.seen, 3)} as the last step saw it)` : ""}`,
    }));
  },

  regression({ start, rate, seed }, { plan, starts, draws, place, high, losses: [low, top] }, { sine }) {
    const X = LINE, count = X.length, width = plan.sizes[1];
    const data = { inputs: X, targets: sine.data };
    const training = makeTraining({ ...plan, start: draws[start], rate }, data, makeGenerator(starts[seed]));
    return {
      advance: training.step,
      look: () => ({ loss: training.measure(data).loss, parameters: training.parameters.slice() }),
      show(epoch, seen) {
        const { loss, parameters } = seen[epoch];
        const { outputs, hidden } = training.predict(X, parameters);
        const isActive = (layer, i, k) => hidden[layer][i * width + k] > 0;
        const active = [0, 1].map((layer) => Array.from(X, (_, i) => {
          let found = 0;
          for (let k = 0; k < width; k++) found += isActive(layer, i, k);
          return found;
        }));
        const kinks = Array.from({ length: width }, (_, k) => {
          const weight = parameters[k];
          const at = weight ? round(-parameters[width + k] / weight) : NaN;
          const inside = at >= 0 && at <= 1 ? Math.round(at * 256) / 256 : NaN;
          return [inside, (weight > 0 ? 1 : -1) * (high - 0.1), Number(weight > 0)];
        });
        const switches = (i) => [0, 1].some((layer) => {
          for (let k = 0; k < width; k++) if (isActive(layer, i, k) !== isActive(layer, i + 1, k)) return true;
          return false;
        });
        let [begin, end, from] = [0, 0, 0];
        for (let i = 0; i < count; i++) {
          if (i < count - 1 && !switches(i)) continue;
          if (i - from > end - begin) [begin, end] = [from, i];
          from = i + 1;
        }
        const here = X.reduce((best, x, i) => (Math.abs(x - place) < Math.abs(X[best] - place) ? i : best), 0);
        const flat = active[0][begin] ? "" : ", and flat, for no neuron of the first layer is active";
        return {
          arrays: {
            curve: exactly(outputs),
            kinks: exactly(kinks.flat(), [width, 3]),
            first: exactly(active[0]),
            second: exactly(active[1]),
            losses: until(epoch, plan.looks, seen, (each) => Math.min(Math.max(Math.log10(each.loss), low), top)),
          },
          words: `Epoch ${epoch}: loss ${loss >= 10 ? fixed(loss, 0) : significant(loss, 2)}. Active at x = ${place}: ${active[0][here]} of the ${width} neurons in the first layer, ${active[1][here]} in the second. From ${fixed(X[begin], 2)} to ${fixed(X[end], 2)} no neuron switches: there the curve is straight${flat}.`,
        };
      },
    };
  },

  tasks({ width, rate }, { plan, starts: [start, testStart], most, guessing }, constants) {
    const sine = { inputs: LINE.map((x) => 2 * x - 1), targets: constants.sine.data };
    const tasks = {
      binary: { train: labelled(constants["binary points"]), test: spiral(1000, 2, testStart), loss: "yesOrNo", outputs: 1 },
      three: { train: labelled(constants["three points"]), test: spiral(1000, 3, testStart), loss: "crossentropy", outputs: 3 },
      sine: { train: sine, test: sine, loss: "squaredError", outputs: 1 },
    };
    for (const task of Object.values(tasks)) {
      const n = task.train.inputs.length / task.train.targets.length;
      task.training = makeTraining({ ...plan, sizes: [n, width, width, task.outputs], loss: task.loss, rate }, task.train, makeGenerator(start));
      task.history = [];
    }
    return {
      advance() {
        for (const { training, history } of Object.values(tasks)) {
          const found = training.step().measured();
          if (Number.isNaN(found.loss)) throw new Error(`The loss of epoch ${history.length + 1} is no number: try a smaller learning rate.`);
          history.push(found);
        }
      },
      look: () => Object.fromEntries(Object.entries(tasks).map(([name, { training }]) => [name, training.parameters.slice()])),
      show(epoch, seen) {
        const predict = (name, inputs) => tasks[name].training.predict(inputs, seen[epoch][name]).outputs;
        const curve = predict("sine", sine.inputs);
        const arrays = {
          binary: mapOf([...predict("binary", MAP_PLACES)].flatMap((z) => [0, z]), 2),
          three: mapOf(predict("three", MAP_PLACES), 3),
          curve: exactly(curve),
        };
        for (const [name, { history }] of Object.entries(tasks)) {
          const entries = (value) => exactly(plan.looks.map((each) => (each <= epoch ? value(history[each - 1]) : NaN)));
          arrays[`${name} loss`] = entries(({ loss }) => Math.min(loss / guessing[name], most));
          arrays[`${name} accuracy`] = entries(({ accuracy }) => accuracy);
        }
        const short = (loss) => (loss >= 0.1 ? fixed(loss, 3) : significant(loss, 2));
        const texts = { binary: "binary", three: "three classes", sine: "sine" };
        const last = Object.entries(texts).map(([name, text]) => {
          const { loss, accuracy } = tasks[name].history[epoch - 1] ?? {};
          return epoch && `${text} loss ${short(loss)}, accuracy ${percent(accuracy, 1)}`;
        });
        const right = ["binary", "three"].map((name) => {
          const { test, training } = tasks[name];
          return percent(training.measure(test, seen[epoch][name]).accuracy, 1);
        });
        const off = curve.reduce((most, y, i) => Math.max(most, Math.abs(y - sine.targets[i])), 0);
        const histories = epoch ? `The histories' last entries: ${last.join("; ")}.` : "The histories are empty.";
        return { arrays, words: `Epoch ${epoch}. ${histories} Of 2,000 and 3,000 test points ${right.join(" and ")} are right; the curve is off by up to ${fixed(off, 2)}.` };
      },
    };
  },

  minibatches({ batch_size: size, order }, { plan, orders, starts: [start, shuffleStart, mixedStart] }, constants) {
    const points = labelled(constants.points), test = labelled(constants.tests);
    const count = points.targets.length;
    const train = order === orders.once ? rowsOf(points, makeGenerator(mixedStart).permutation(count)) : points;
    const training = makeTraining(plan, train, makeGenerator(start));
    const shuffle = makeGenerator(shuffleStart);
    const history = [];
    return {
      advance() {
        const anew = order === orders.every && size < count;
        const places = anew ? shuffle.permutation(count) : Array.from({ length: count }, (_, i) => i);
        let loss = 0, right = 0;
        for (let from = 0; from < count; from += size) {
          const batch = rowsOf(train, places.slice(from, from + size));
          const share = batch.targets.length / count;
          const found = training.step(batch).measured();
          loss += share * found.loss;
          right += share * found.accuracy;
        }
        const validation = training.measure(test);
        history.push({ loss, accuracy: right, valLoss: validation.loss, valAccuracy: validation.accuracy });
      },
      look: () => training.parameters.slice(),
      show(epoch, seen) {
        const entries = (value) => exactly(plan.looks.map((each) => (each <= epoch ? value(history[each - 1]) : NaN)));
        const each = Math.ceil(count / size), steps = epoch * each;
        const { outputs } = training.predict(test.inputs, seen[epoch]);
        const answers = [0, 0, 0];
        for (let i = 0; i < outputs.length; i += 3) answers[highest(outputs.subarray(i, i + 3))] += 1;
        const now = history[epoch - 1];
        const measured = now ? ` Loss ${fixed(now.loss, 3)} as the batches came, on validation data ${fixed(now.valLoss, 3)}; accuracy ${percent(now.accuracy, 1)}, on validation data ${percent(now.valAccuracy, 1)}.` : "";
        return {
          arrays: {
            map: mapOf(training.predict(MAP_PLACES, seen[epoch]).outputs, 3),
            "training loss": entries(({ loss }) => loss),
            "validation loss": entries(({ valLoss }) => valLoss),
            "training accuracy": entries(({ accuracy }) => accuracy),
            "validation accuracy": entries(({ valAccuracy }) => valAccuracy),
          },
          words: `Epoch ${epoch}: ${steps.toLocaleString("en-US")} step${steps === 1 ? "" : "s"}, ${each} in each epoch.${measured} Of ${outputs.length / 3} validation points it says ${answers[0]} times class 0, ${answers[1]} times class 1, ${answers[2]} times class 2.`,
        };
      },
    };
  },
};

/* Where the highest of a few numbers is */
const highest = (numbers) => numbers.reduce((found, each, i) => (each > numbers[found] ? i : found), 0);

/* nnfs_lib's spiral_data */
const spiral = (samples, classes, start) => {
  const generator = makeGenerator(start);
  const inputs = [], targets = [];
  for (let i = 0; i < samples * classes; i++) {
    const label = Math.floor(i / samples), radius = (i % samples) / (samples - 1);
    const angle = 2.5 * (4 * (label + radius) + 0.2 * generator.normal());
    inputs.push(radius * Math.sin(angle), radius * Math.cos(angle));
    targets.push(label);
  }
  return { inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) };
};

/* A chapter's engine: its stored frames, and its course for all else. */
const courseEngine = async (block, axes, { time, engine }) => {
  const frames = await framesEngine(block, axes);
  const looks = axes.find(({ name }) => name === time).offered;
  return withStored(frames, trainingEngine(axes, time, (position) => COURSES[engine.kind](position, engine, frames.constants, looks)));
};
