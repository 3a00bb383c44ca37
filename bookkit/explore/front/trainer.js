/* The engine that trains on the page, with what came along. What it trains is a course, as playground.js and courses.js
   make them:

     advance()            train for one more epoch
     look()               what to keep of it now
     show(epoch, seen)    {arrays, words} of a look; seen: all looks, by epoch, in rising order */

const SLICE = 12; // milliseconds of training before the page may do other things
const MEANWHILE = 250; // milliseconds after which one sees how far a long training is
const CALM = 1200; // the same, while one watches and wants less motion

/* begin: position -> a course before its first epoch. time: the axis that counts epochs. */
const trainingEngine = (axes, time, begin) => {
  const looks = axes.find(({ name }) => name === time).offered;
  const keyOf = (position) => JSON.stringify({ ...position, [time]: 0 });
  let asked = null; // the course that was asked for last, how far it is, and what was kept of it: {key, course, epoch, seen}
  const pause = (watch) => new Promise((resolve) => (watch ? requestAnimationFrame(resolve) : setTimeout(resolve)));

  return {
    trains: true,
    computes: true,
    constants: {},
    has: () => false,
    settle: (position) => ({ position, words: "" }),
    remembers: (position) => asked?.key === keyOf(position) && position[time] in asked.seen,
    async *ask(position, { signal, watch, from = 0 }) {
      const last = position[time];
      const key = keyOf(position);
      if (asked?.key !== key || (!(last in asked.seen) && asked.epoch >= last)) {
        asked = { key, course: begin(position), epoch: 0, seen: {} };
      }
      const mine = asked;
      const { course, seen } = mine;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const stops = [...looks.filter((epoch) => epoch < last), last];
      let shown = performance.now(), paused = shown;
      for (const stop of stops) {
        while (mine.epoch < stop) {
          course.advance();
          mine.epoch += 1;
          if (performance.now() - paused < SLICE) continue;
          await pause(false);
          if (signal.aborted) return;
          paused = performance.now();
        }
        if (mine.epoch === stop && !(stop in seen)) seen[stop] = course.look();
        const wanted = watch && !calm ? stop >= from : performance.now() - shown > (watch ? CALM : MEANWHILE);
        if (stop !== last && !wanted) continue;
        yield { position: { ...position, [time]: stop }, ...course.show(stop, seen) };
        if (stop === last) return;
        await pause(true);
        if (signal.aborted) return;
        shown = paused = performance.now();
      }
    },
  };
};

/* What came along, and everything else computed here: of a training that was watched, also what came along. */
const withStored = (frames, computing) => ({
  ...computing,
  constants: frames.constants,
  has: frames.has,
  async *ask(position, how) {
    const computed = how.watch || !frames.has(position) || computing.remembers?.(position);
    for await (const frame of (computed ? computing : frames).ask(position, how)) {
      yield { ...frame, arrays: { ...frames.constants, ...frame.arrays } };
    }
  },
});

/* An array as panes read it: of numbers as they are, or of a byte each. */
const exactly = (numbers, shape = [numbers.length]) => ({ data: Float32Array.from(numbers), shape, exact: true });
const ofBytes = (data, side) => ({ data, shape: [side, side], low: 0, high: 255 });
