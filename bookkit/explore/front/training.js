/* A small network in training, as one of nnfs_lib's layers is: the same first weights, the same masks of dropout, and
   the same steps in float32, up to the order of sums. */

const round = Math.fround;

/* One dense layer, whose weights, then biases, begin at `offset`: inputs (count, n) -> outputs (count, m). Behind ReLU
   many inputs, and many gradients, are zero and add nothing. */
const dense = (inputs, count, n, m, parameters, offset) => {
  const outputs = new Float32Array(count * m);
  const weights = Float64Array.from(parameters.subarray(offset, offset + n * m));
  const biases = parameters.subarray(offset + n * m, offset + (n + 1) * m);
  const sums = new Float64Array(m);
  for (let i = 0; i < count; i++) {
    sums.fill(0);
    for (let j = 0; j < n; j++) {
      const input = inputs[i * n + j];
      if (input === 0) continue;
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
      if (input === 0) continue;
      for (let k = 0; k < m; k++) sums[j * m + k] += input * gradient[i * m + k];
    }
    for (let k = 0; k < m; k++) sums[n * m + k] += gradient[i * m + k];
  }
  gradients.set(sums, offset);
  if (!needed) return null;
  const back = new Float32Array(count * n);
  const turned = new Float64Array(n * m); // the weights, transposed
  for (let j = 0; j < n; j++) for (let k = 0; k < m; k++) turned[k * n + j] = parameters[offset + j * m + k];
  const row = new Float64Array(n);
  for (let i = 0; i < count; i++) {
    row.fill(0);
    for (let k = 0; k < m; k++) {
      const slope = gradient[i * m + k];
      if (slope === 0) continue;
      for (let j = 0; j < n; j++) row[j] += slope * turned[k * n + j];
    }
    back.set(row, i * n);
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

/* name -> what makes update(gradient, change, rate, step) for so many parameters, in single or double precision: change
   is what is subtracted */
const SINGLE = { Numbers: Float32Array, round };
const DOUBLE = { Numbers: Float64Array, round: (x) => x };
const descent = (momentum) => (size, { Numbers, round } = SINGLE) => {
  const velocity = new Numbers(size), kept = round(momentum);
  return (gradient, change, rate) => {
    for (let i = 0; i < size; i++) {
      change[i] = round(rate * gradient[i]) + (momentum ? round(kept * velocity[i]) : 0);
    }
    velocity.set(change);
  };
};
const EPSILON = 1e-7;
const scaled = (share) => (size, { Numbers, round } = SINGLE) => {
  const squares = new Numbers(size);
  const [kept, taken] = share ? [round(share), round(1 - share)] : [1, 1];
  return (gradient, change, rate) => {
    for (let i = 0; i < size; i++) {
      squares[i] = round(kept * squares[i]) + round(taken * round(gradient[i] * gradient[i]));
      change[i] = rate * round(gradient[i] / round(round(Math.sqrt(squares[i])) + round(EPSILON)));
    }
  };
};
const adam = (size, { Numbers, round } = SINGLE) => {
  const means = new Numbers(size), squares = new Numbers(size);
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
  "SGD with momentum": descent(0.9),
  Adagrad: scaled(0),
  RMSprop: scaled(0.9),
  Adam: adam,
};

/* Losses, those of classes on logits: measure(outputs, targets, classes) -> {loss, accuracy}, and backward(...) -> the
   mean's gradient. Logits so far out that differences would overflow are taken as less. */
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
const yesOrNo = {
  measure(logits, targets) {
    let loss = 0, right = 0;
    logits.forEach((z, i) => {
      loss += Math.max(z, 0) - targets[i] * z + Math.log1p(Math.exp(-Math.abs(z)));
      right += z > 0 === targets[i] > 0.5;
    });
    return { loss: loss / targets.length, accuracy: right / targets.length };
  },
  backward: (logits, targets) => logits.map((z, i) => round(round(1 / (1 + Math.exp(-z))) - targets[i]) / targets.length),
};
const squaredError = {
  measure(outputs, targets) {
    const mean = (numbers) => numbers.reduce((total, each) => total + each, 0) / targets.length;
    const middle = mean(targets);
    const near = Math.sqrt(mean(targets.map((y) => (y - middle) ** 2))) / 250;
    const errors = outputs.map((y, i) => y - targets[i]);
    return { loss: mean(errors.map((error) => round(error ** 2))), accuracy: mean(errors.map((error) => Math.abs(error) <= near)) };
  },
  backward: (outputs, targets) => outputs.map((y, i) => (2 * round(y - targets[i])) / targets.length),
};
const LOSSES = { crossentropy, yesOrNo, squaredError };

/* name -> what draws a weight of a layer from n inputs to m neurons; a number is a standard deviation */
const startOf = (name, n, m, generator) => {
  const reach = Math.sqrt(6 / (n + m));
  if (name === "glorot_uniform") return () => -reach + 2 * reach * generator.uniform();
  const spread = name === "he_normal" ? Math.sqrt(2 / n) : name;
  return () => spread * generator.normal();
};

/* A network before its first step. plan: {sizes, activation, start, l1, l2, dropout, optimizer, rate, decay, loss}; data:
   {inputs, targets}; generator: what weights and masks are drawn from. */
const makeTraining = (plan, data, generator) => {
  const { sizes, activation = "ReLU", start, l1 = 0, l2 = 0, dropout = 0, optimizer = "Adam", decay = 0 } = plan;
  const loss = LOSSES[plan.loss];
  const bend = ACTIVATIONS[activation];
  const last = sizes.length - 2, outputs = sizes.at(-1);
  const layers = []; // {n, m, offset}: where each begins among the parameters
  let total = 0;
  for (let i = 0; i <= last; i++) {
    const [n, m] = [sizes[i], sizes[i + 1]];
    layers.push({ n, m, offset: total });
    total += (n + 1) * m;
  }
  const parameters = new Float32Array(total), gradients = new Float32Array(total), change = new Float32Array(total);
  for (const { n, m, offset } of layers) {
    const draw = startOf(start, n, m, generator);
    for (let i = 0; i < n * m; i++) parameters[offset + i] = draw();
  }
  const update = OPTIMIZERS[optimizer](total);
  const exact = optimizer === "Adam" ? (rate) => rate : round;
  const dropped = Math.min(Math.round(dropout * 65536), 65535);
  const grown = round(65536 / (65536 - dropped));
  const [strength1, strength2] = [round(l1), round(2 * l2)];
  let steps = 0;

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
  const predict = (inputs, now = parameters) => forward(inputs, inputs.length / sizes[0], sizes, activation, now);
  return {
    sizes,
    parameters,
    gradients,
    predict, // {outputs, hidden}
    measure: ({ inputs, targets }, now = parameters) => loss.measure(predict(inputs, now).outputs, targets, outputs),
    penalty(now) {
      let sum = 0;
      for (const { n, m, offset } of layers) {
        for (let k = offset; k < offset + n * m; k++) sum += l1 * Math.abs(now[k]) + l2 * now[k] ** 2;
      }
      return sum;
    },
    /* One step of the optimizer, on a batch or all the data; returns what the loss saw of it. */
    step({ inputs, targets } = data) {
      const count = targets.length;
      const seen = []; // of each layer: its inputs, and of the activation before it the outputs and the mask
      let now = inputs;
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
      let gradient = loss.backward(now, targets, outputs);
      for (let i = last; i >= 0; i--) {
        const { n, m, offset } = layers[i];
        const { inputs: before, bent, mask } = seen[i];
        gradient = denseBackward(gradient, before, count, n, m, parameters, offset, gradients, i > 0);
        if (l1 || l2) {
          for (let k = offset; k < offset + n * m; k++) {
            gradients[k] += round(strength1 * Math.sign(parameters[k])) + round(strength2 * parameters[k]);
          }
        }
        if (mask) multiply(gradient, mask);
        if (i) bend.backward(gradient, bent);
      }
      update(gradients, change, exact(plan.rate / (1 + decay * steps)), ++steps);
      for (let k = 0; k < total; k++) parameters[k] -= change[k];
      return { outputs: now, measured: () => loss.measure(now, targets, outputs) };
    },
  };
};
