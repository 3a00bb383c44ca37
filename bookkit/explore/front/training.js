/* A small network in training, as bookkit.training.Training is one: the same first weights, the same masks of dropout,
   and the same steps in float32, up to the order of sums. */

const round = Math.fround;

/* One dense layer, whose weights, then biases, begin at `offset`: inputs (count, n) -> outputs (count, m). */
const dense = (inputs, count, n, m, parameters, offset) => {
  const outputs = new Float32Array(count * m);
  const weights = Float64Array.from(parameters.subarray(offset, offset + n * m));
  const biases = parameters.subarray(offset + n * m, offset + (n + 1) * m);
  const sums = new Float64Array(m);
  for (let i = 0; i < count; i++) {
    sums.fill(0);
    for (let j = 0; j < n; j++) {
      const input = inputs[i * n + j];
      for (let k = 0; k < m; k++) sums[k] += input * weights[j * m + k];
    }
    for (let k = 0; k < m; k++) outputs[i * m + k] = round(sums[k]) + biases[k];
  }
  return outputs;
};

/* Write the gradients of its parameters; return that of its inputs, if anybody needs it. */
const denseBackward = (gradient, inputs, count, n, m, parameters, offset, gradients, needed) => {
  const sums = new Float64Array((n + 1) * m);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < n; j++) {
      const input = inputs[i * n + j];
      for (let k = 0; k < m; k++) sums[j * m + k] += input * gradient[i * m + k];
    }
    for (let k = 0; k < m; k++) sums[n * m + k] += gradient[i * m + k];
  }
  gradients.set(sums, offset);
  if (!needed) return null;
  const back = new Float32Array(count * n);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      const row = offset + j * m;
      for (let k = 0; k < m; k++) sum += gradient[i * m + k] * parameters[row + k];
      back[i * n + j] = sum;
    }
  }
  return back;
};

/* Activations change an array in place: forward(values), and backward(gradient, outputs). */
const ACTIVATIONS = {
  ReLU: {
    forward(values) {
      for (let i = 0; i < values.length; i++) if (values[i] < 0) values[i] = 0;
    },
    backward(gradient, outputs) {
      for (let i = 0; i < gradient.length; i++) if (!(outputs[i] > 0)) gradient[i] = 0;
    },
  },
  Sigmoid: {
    forward(values) {
      for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + Math.exp(-values[i]));
    },
    backward(gradient, outputs) {
      for (let i = 0; i < gradient.length; i++) gradient[i] *= round(outputs[i] * round(1 - outputs[i]));
    },
  },
};
const multiply = (values, mask) => {
  for (let i = 0; i < values.length; i++) values[i] *= mask[i];
};

/* The whole network: {outputs, hidden: [the outputs of each hidden layer]}. */
const forward = (inputs, count, sizes, activation, parameters) => {
  const hidden = [];
  let outputs = inputs, offset = 0;
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const [n, m] = [sizes[layer], sizes[layer + 1]];
    outputs = dense(outputs, count, n, m, parameters, offset);
    offset += (n + 1) * m;
    if (layer + 2 === sizes.length) break;
    ACTIVATIONS[activation].forward(outputs);
    hidden.push(outputs);
  }
  return { outputs, hidden };
};

/* name -> what makes update(gradient, change, rate, step) for so many parameters: change is what is subtracted */
const descent = (momentum) => (size) => {
  const velocity = new Float32Array(size);
  return (gradient, change, rate) => {
    for (let i = 0; i < size; i++) {
      change[i] = round(rate * gradient[i]) + (momentum ? round(momentum * velocity[i]) : 0);
    }
    velocity.set(change);
  };
};
const EPSILON = 1e-7;
const scaled = (share) => (size) => {
  const squares = new Float32Array(size);
  const [kept, taken] = share ? [round(share), round(1 - share)] : [1, 1];
  return (gradient, change, rate) => {
    for (let i = 0; i < size; i++) {
      squares[i] = round(kept * squares[i]) + round(taken * round(gradient[i] * gradient[i]));
      change[i] = rate * round(gradient[i] / round(round(Math.sqrt(squares[i])) + round(EPSILON)));
    }
  };
};
const adam = (size) => {
  const means = new Float32Array(size), squares = new Float32Array(size);
  const [beta1, beta2] = [0.9, 0.999];
  const [kept1, taken1, kept2, taken2] = [beta1, 1 - beta1, beta2, 1 - beta2].map(round);
  return (gradient, change, rate, step) => {
    const root = Math.sqrt(1 - beta2 ** step);
    const now = round((rate * root) / (1 - beta1 ** step));
    const least = round(EPSILON * root);
    for (let i = 0; i < size; i++) {
      means[i] = round(kept1 * means[i]) + round(taken1 * gradient[i]);
      squares[i] = round(kept2 * squares[i]) + round(taken2 * round(gradient[i] * gradient[i]));
      change[i] = now * round(means[i] / round(round(Math.sqrt(squares[i])) + least));
    }
  };
};
const OPTIMIZERS = {
  SGD: descent(0),
  "SGD with momentum": descent(round(0.9)),
  Adagrad: scaled(0),
  RMSprop: scaled(0.9),
  Adam: adam,
};

/* Losses: measure(outputs, targets, classes) -> {loss, accuracy}, and backward(...) -> the mean's gradient. Logits so far
   out that differences would overflow are taken as less. */
const FARTHEST = Math.sqrt(3.4028234663852886e38) / 2;
/* Each row minus its largest, as new numbers. */
const shifted = (logits, classes) => {
  const z = new Float32Array(logits.length);
  for (let i = 0; i < z.length; i += classes) {
    let highest = -Infinity;
    for (let k = i; k < i + classes; k++) {
      z[k] = Math.min(Math.max(logits[k], -FARTHEST), FARTHEST);
      if (!(z[k] <= highest)) highest = z[k]; // NaN is the largest of all
    }
    for (let k = i; k < i + classes; k++) z[k] -= highest;
  }
  return z;
};
const crossentropy = {
  measure(logits, labels, classes) {
    const z = shifted(logits, classes);
    let loss = 0, right = 0;
    for (let i = 0; i < labels.length; i++) {
      let sum = 0, best = 0;
      for (let k = 0; k < classes; k++) {
        sum += Math.exp(z[i * classes + k]);
        if (z[i * classes + k] > z[i * classes + best]) best = k;
      }
      loss += Math.log(sum) - z[i * classes + labels[i]];
      right += best === labels[i];
    }
    return { loss: loss / labels.length, accuracy: right / labels.length };
  },
  backward(logits, labels, classes) {
    const gradient = shifted(logits, classes);
    for (let i = 0; i < labels.length; i++) {
      let sum = 0;
      for (let k = i * classes; k < (i + 1) * classes; k++) sum += gradient[k] = Math.exp(gradient[k]);
      sum = round(sum);
      for (let k = i * classes; k < (i + 1) * classes; k++) gradient[k] /= sum;
      gradient[i * classes + labels[i]] -= 1;
      for (let k = i * classes; k < (i + 1) * classes; k++) gradient[k] /= labels.length;
    }
    return gradient;
  },
};
const squaredError = {
  measure(outputs, targets) {
    const sum = outputs.reduce((total, y, i) => total + round(round(y - targets[i]) ** 2), 0);
    return { loss: sum / targets.length };
  },
  backward: (outputs, targets) => outputs.map((y, i) => (2 * round(y - targets[i])) / targets.length),
};

/* What makes a network, by the names of the playground's axes. set: {train, test}, each {inputs, targets};
   start: the generator's state, from which the first weights and the masks come. */
const makeTraining = (setting, { train, test }, start) => {
  const { depth, width, activation, l1, l2, dropout } = setting;
  const regression = setting.data === "sine";
  const outputs = regression ? 1 : Math.max(...train.targets) + 1;
  const count = train.targets.length;
  const sizes = [train.inputs.length / count, ...Array(depth).fill(width), outputs];
  const layers = []; // {n, m, offset}: where each begins among the parameters
  let total = 0;
  for (let i = 0; i < depth + 1; i++) {
    const [n, m] = [sizes[i], sizes[i + 1]];
    layers.push({ n, m, offset: total });
    total += (n + 1) * m;
  }
  const parameters = new Float32Array(total), gradients = new Float32Array(total), change = new Float32Array(total);
  const generator = makeGenerator(start);
  for (const { n, m, offset } of layers) {
    const [spread, reach] = [Math.sqrt(2 / n), Math.sqrt(6 / (n + m))];
    const draw = activation === "Sigmoid" ? () => -reach + 2 * reach * generator.uniform() : () => spread * generator.normal();
    for (let i = 0; i < n * m; i++) parameters[offset + i] = draw();
  }
  const update = OPTIMIZERS[setting.optimizer](total);
  const rate = setting.optimizer === "Adam" ? setting.learning_rate : round(setting.learning_rate);
  const loss = regression ? squaredError : crossentropy;
  const bend = ACTIVATIONS[activation];
  const dropped = Math.min(Math.round(dropout * 65536), 65535);
  const grown = round(65536 / (65536 - dropped));
  const [strength1, strength2] = [round(l1), round(2 * l2)];

  /* Sixteen bits decide on each number; the lowest come first. */
  const drawMask = (size) => {
    const mask = new Float32Array(size);
    let bits = 0n;
    for (let i = 0; i < size; i++) {
      bits = i % 4 ? bits >> 16n : generator.bits();
      mask[i] = Number(bits & 65535n) >= dropped ? grown : 0;
    }
    return mask;
  };
  const training = {
    sizes,
    regression,
    parameters,
    gradients,
    epoch: 0,
    measure: () =>
      [train, test].map(({ inputs, targets }) =>
        loss.measure(forward(inputs, targets.length, sizes, activation, parameters).outputs, targets, outputs),
      ),
    /* One step of the optimizer, on all the data. */
    step() {
      const seen = []; // of each layer: its inputs, and of the activation before it the outputs and the mask
      let now = train.inputs;
      layers.forEach(({ n, m, offset }, i) => {
        const before = {};
        if (i) bend.forward((before.bent = now));
        if (i && dropout) {
          before.mask = drawMask(now.length);
          now = now.slice();
          multiply(now, before.mask);
        }
        seen.push({ ...before, inputs: now });
        now = dense(now, count, n, m, parameters, offset);
      });
      let gradient = loss.backward(now, train.targets, outputs);
      for (let i = depth; i >= 0; i--) {
        const { n, m, offset } = layers[i];
        const { inputs, bent, mask } = seen[i];
        gradient = denseBackward(gradient, inputs, count, n, m, parameters, offset, gradients, i > 0);
        if (l1 || l2) {
          for (let k = offset; k < offset + n * m; k++) {
            gradients[k] += round(strength1 * Math.sign(parameters[k])) + round(strength2 * parameters[k]);
          }
        }
        if (mask) multiply(gradient, mask);
        if (i) bend.backward(gradient, bent);
      }
      training.epoch += 1;
      update(gradients, change, rate, training.epoch);
      for (let k = 0; k < total; k++) parameters[k] -= change[k];
    },
  };
  return training;
};
