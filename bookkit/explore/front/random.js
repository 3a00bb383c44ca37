/* The numbers that NumPy's default generator draws: PCG64 (O'Neill, 2014), and normal ones by the ziggurat of
   Marsaglia and Tsang (2000) in 256 layers. */

const LOW64 = (1n << 64n) - 1n;
const LOW128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const TAIL = 3.6541528853610088; // where the lowest layer ends and the tail begins
const AREA = 0.00492867323399; // of each layer

/* Of each layer: scale, from 52 bits to a place in it; inside, below which all bits lie under the curve; and height. */
const ziggurat = (() => {
  const bits = 2 ** 52;
  const curve = (x) => Math.exp(-0.5 * x * x);
  const scale = Array(256), inside = Array(256), height = Array(256);
  let x = TAIL;
  const base = AREA / curve(x); // the width that the lowest layer would have without its tail
  [scale[0], inside[0], height[0]] = [base / bits, (x / base) * bits, 1];
  [scale[255], height[255], inside[1]] = [x / bits, curve(x), 0];
  for (let layer = 254; layer > 0; layer--) {
    const above = Math.sqrt(-2 * Math.log(AREA / x + curve(x)));
    inside[layer + 1] = (above / x) * bits;
    [scale[layer], height[layer]] = [above / bits, curve(above)];
    x = above;
  }
  return { scale, inside, height };
})();

/* A generator in this state, both numbers as decimal texts. */
const makeGenerator = ([start, increment]) => {
  let state = BigInt(start);
  const step = BigInt(increment);
  /* 64 random bits */
  const bits = () => {
    state = (state * MULTIPLIER + step) & LOW128;
    const mixed = (state >> 64n) ^ (state & LOW64);
    const turn = state >> 122n;
    return ((mixed >> turn) | (mixed << (64n - turn))) & LOW64;
  };
  /* Evenly from 0 to below 1 */
  const uniform = () => Number(bits() >> 11n) / 2 ** 53;
  const tail = (negative) => {
    for (;;) {
      const beyond = -Math.log1p(-uniform()) / TAIL;
      const high = -Math.log1p(-uniform());
      if (2 * high > beyond * beyond) return negative ? -(TAIL + beyond) : TAIL + beyond;
    }
  };
  /* Of mean 0 and variance 1 */
  const normal = () => {
    const { scale, inside, height } = ziggurat;
    for (;;) {
      const drawn = bits();
      const layer = Number(drawn & 255n);
      const place = Number((drawn >> 9n) & 0xfffffffffffffn);
      const x = (drawn & 256n ? -place : place) * scale[layer];
      if (place < inside[layer]) return x;
      if (!layer) return tail((drawn >> 17n) & 1n);
      if ((height[layer - 1] - height[layer]) * uniform() + height[layer] < Math.exp(-0.5 * x * x)) return x;
    }
  };
  let spare = null; // the upper half of 64 bits, of which the lower was wanted
  const half = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const drawn = bits();
    spare = Number(drawn >> 32n);
    return Number(drawn & 0xffffffffn);
  };
  /* A whole number from 0 to `last`: as many bits as it has, until they are not above it */
  const whole = (last) => {
    const mask = 2 ** Math.ceil(Math.log2(last + 1)) - 1;
    for (;;) {
      const drawn = half() & mask;
      if (drawn <= last) return drawn;
    }
  };
  /* 0 to size - 1 in a random order */
  const permutation = (size) => {
    const order = Array.from({ length: size }, (_, i) => i);
    for (let i = size - 1; i > 0; i--) {
      const j = whole(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };
  return { bits, uniform, normal, permutation };
};
