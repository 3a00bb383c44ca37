// A matrix product of float32 numbers, four rows by eight columns at a time. NumPy has no fast one in a browser.
// Every sum is taken in the order of NumPy's own loop, product after product, so that not one bit differs.

/* c = a b, with a (rows, inner), b (inner, columns) and c (rows, columns). Each is an address in memory and two
   strides in bytes, from a row to the next and from a column to the next; c's columns lie side by side. room is the
   address of inner * (columns + 11) + 32 numbers that may be overwritten. */
export function product(
  rows: i32, columns: i32, inner: i32,
  a: usize, aRow: i32, aColumn: i32,
  b: usize, bRow: i32, bColumn: i32,
  c: usize, cRow: i32,
  room: usize,
): void {
  const tile = room;
  const left = tile + 128; // four rows of a, one column after the other
  const right = left + <usize>inner * 16; // b, in strips of eight columns, one row of a strip after the other
  let to = right;
  for (let column = 0; column < columns; column += 8) {
    for (let k = 0; k < inner; k++) {
      const from = b + <usize>(k * bRow + column * bColumn);
      for (let j = 0; j < 8; j++, to += 4) {
        store<f32>(to, column + j < columns ? load<f32>(from + <usize>(j * bColumn)) : 0);
      }
    }
  }
  for (let row = 0; row < rows; row += 4) {
    const height = min(4, rows - row);
    to = left;
    for (let k = 0; k < inner; k++) {
      const from = a + <usize>(row * aRow + k * aColumn);
      for (let i = 0; i < 4; i++, to += 4) {
        store<f32>(to, i < height ? load<f32>(from + <usize>(i * aRow)) : 0);
      }
    }
    let strip = right;
    for (let column = 0; column < columns; column += 8, strip += <usize>inner * 32) {
      const width = min(8, columns - column);
      const into = c + <usize>(row * cRow + column * 4);
      if (width == 8 && height == 4) {
        multiply(inner, left, strip, into, cRow);
        continue;
      }
      multiply(inner, left, strip, tile, 32);
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          store<f32>(into + <usize>(i * cRow + j * 4), load<f32>(tile + <usize>(i * 8 + j) * 4));
        }
      }
    }
  }
}

/* Four rows by eight columns: thirty-two sums, which stay in the processor. */
function multiply(inner: i32, left: usize, right: usize, to: usize, toRow: i32): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (let k = 0; k < inner; k++) {
    const b0 = v128.load(right), b1 = v128.load(right, 16);
    right += 32;
    let x = v128.load_splat<f32>(left);
    s00 = f32x4.add(s00, f32x4.mul(x, b0)); s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(left, 4);
    s10 = f32x4.add(s10, f32x4.mul(x, b0)); s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(left, 8);
    s20 = f32x4.add(s20, f32x4.mul(x, b0)); s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(left, 12);
    s30 = f32x4.add(s30, f32x4.mul(x, b0)); s31 = f32x4.add(s31, f32x4.mul(x, b1));
    left += 16;
  }
  v128.store(to, s00); v128.store(to, s01, 16);
  to += toRow; v128.store(to, s10); v128.store(to, s11, 16);
  to += toRow; v128.store(to, s20); v128.store(to, s21, 16);
  to += toRow; v128.store(to, s30); v128.store(to, s31, 16);
}
