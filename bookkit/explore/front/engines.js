/* Engines give the front-end its frames. All that the front-end knows of an engine is this:

     settle(position, name)  {position, words}: the position itself, or where the engine has no frame for it,
                             the nearest one that keeps axis `name`, and words that say what was changed
     has(position)           whether its frame came along
     computes                whether it can answer for the others too
     trains                  whether one can watch its frames come, from a training
     ask(position, {signal, watch, from})
                             an async iterator of frames: the one asked for and, if one wants to watch a training,
                             before it those on the way, from some time on. It ends early when the signal aborts,
                             and throws an Error whose message is for the reader.

   A position is an object: axis name -> value. A frame is {position, arrays, words}: where it belongs, what the
   panes draw, and the same in words. An array is {data, shape, low, high, exact, gaps}: a Float32Array if exact,
   else a Uint8Array whose 0 stands for low and 255 for high, or with gaps for NaN; number(array, i) is its i-th
   number. */

const number = ({ data, low, high, exact, gaps }, i) => {
  if (gaps && data[i] === 255) return NaN;
  return exact ? data[i] : low + (data[i] / 255) * (high - low);
};

const count = (shape) => shape.reduce((product, length) => product * length, 1);

/* The array that starts at byte `offset`, and how many bytes it takes. */
const readArray = (spec, bytes, offset) => {
  const size = count(spec.shape) * (spec.exact ? 4 : 1);
  const piece = bytes.slice(offset, offset + size);
  return [{ ...spec, data: spec.exact ? new Float32Array(piece.buffer) : piece }, size];
};

/* The number, not below zero, with these half-precision bits. */
const halfOf = (bits) => {
  const fraction = bits & 1023, exponent = bits >> 10;
  return exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
};

const asBytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/* A block as bookkit.explore.sheet packs it: {header, bytes}. */
const openBlock = async (block) => {
  const stream = new Blob([block]).stream().pipeThrough(new DecompressionStream("deflate"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = 4 + new DataView(data.buffer).getUint32(0, true);
  return { header: JSON.parse(new TextDecoder().decode(data.subarray(4, end))), bytes: data.subarray(end) };
};

/* Frames that were computed for every position of a grid. */
const framesEngine = async (block, axes) => {
  const { header, bytes } = await openBlock(block);
  const starts = {};
  let offset = 0;
  for (const [name, spec] of Object.entries(header.fields)) {
    starts[name] = offset;
    offset += count(spec.shape) * (spec.exact ? 4 : 1) * header.words.length;
  }
  const constants = {};
  for (const [name, spec] of Object.entries(header.constants)) {
    const [array, size] = readArray(spec, bytes, offset);
    constants[name] = array;
    offset += size;
  }
  const indexOf = (position) =>
    axes.reduce((index, axis) => index * axis.values.length + axis.values.indexOf(position[axis.name]), 0);
  const has = (position) => axes.every((axis) => axis.values.includes(position[axis.name]));
  return {
    constants,
    has,
    settle: (position) => ({ position, words: "" }),
    async *ask(position) {
      if (!has(position)) throw new Error("This page holds no picture for these values.");
      const index = indexOf(position);
      const arrays = { ...constants };
      for (const [name, spec] of Object.entries(header.fields)) {
        const size = count(spec.shape) * (spec.exact ? 4 : 1);
        arrays[name] = readArray(spec, bytes, starts[name] + index * size)[0];
      }
      yield { position, arrays, words: header.words[index] };
    },
  };
};

/* Nobody hears what is sent to the kernel. */
class KernelGone extends Error {}

/* The kernel of the notebook, once it has said that it is there: any position, computed on the spot. */
const kernelEngine = (model, constants) => {
  let asked = Math.floor(Math.random() * 1e9); // two views of one widget do not answer each other
  return {
    trains: true,
    computes: true,
    has: () => false,
    settle: (position) => ({ position, words: "" }),
    async *ask(position, { signal, watch }) {
      const id = ++asked;
      const heard = [];
      let wake = () => {};
      const hear = (message, buffers) => {
        if (message.id !== id) return;
        heard.push([message, buffers]);
        wake();
      };
      const abort = () => wake();
      signal.addEventListener("abort", abort);
      model.on("msg:custom", hear);
      const send = (message) => {
        try {
          model.send(message);
        } catch {
          throw new KernelGone();
        }
      };
      try {
        send({ kind: "ask", id, position, watch });
        while (true) {
          while (!heard.length && !signal.aborted) await new Promise((resolve) => (wake = resolve));
          if (signal.aborted) return;
          const [message, buffers] = heard.shift();
          if (message.kind === "done") return;
          if (message.kind === "error") throw new Error(message.words);
          const arrays = { ...constants };
          Object.entries(message.fields).forEach(([name, spec], i) => {
            arrays[name] = readArray(spec, asBytes(buffers[i]), 0)[0];
          });
          yield { position: message.position, arrays, words: message.words };
        }
      } finally {
        signal.removeEventListener("abort", abort);
        model.off("msg:custom", hear);
        if (signal.aborted) send({ kind: "stop", id });
      }
    },
  };
};

/* Ask the kernel whether it is there; without one, nothing ever answers. */
const findKernel = (model, found) => {
  if (!model.send) return;
  const hear = (message) => {
    if (message.kind !== "ready") return;
    model.off("msg:custom", hear);
    found();
  };
  model.on("msg:custom", hear);
  try {
    model.send({ kind: "hello" });
  } catch {
    model.off("msg:custom", hear); // a notebook that was opened and not run
  }
};
