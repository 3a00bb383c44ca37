/* Numbers as Python's formats put them into words. */

/* f"{x:.3f}"; half a unit of the last digit goes to the even one. */
const fixed = (x, places) => {
  const scaled = x * 10 ** places;
  const half = Math.abs(scaled % 1) === 0.5 && Math.floor(scaled) % 2 === 0;
  return (half ? Math.floor(scaled) / 10 ** places : x).toFixed(places);
};
/* f"{x:.1%}" */
const percent = (x, places) => `${fixed(100 * x, places)}%`;
/* f"{x:.2g}", with a proper minus */
const significant = (x, many) => {
  const [mantissa, exponent] = x.toExponential(many - 1).split("e").map(Number);
  if (exponent >= -4 && exponent < many) return String(Number(fixed(x, many - 1 - exponent)));
  return `${mantissa}e${exponent}`.replace("-", "\u2212");
};
