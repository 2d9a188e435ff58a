/**
 * 3×3 matrices over homogeneous pixel coordinates (x, y, 1), row-major. Every matrix here leads from the *output* picture
 * back to the input, because a picture is drawn by asking each output pixel where it comes from.
 */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

export const identity: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/**
 * Applies `second` after `first`: the matrix product second × first. (Not called `then`: a module that exports `then` is a
 * thenable, and importing it would never end.)
 */
export function compose(first: Homography, second: Homography): Homography {
  const product = new Array<number>(9).fill(0);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      for (let k = 0; k < 3; k++) {
        product[row * 3 + column]! += second[row * 3 + k]! * first[k * 3 + column]!;
      }
    }
  }
  return product as unknown as Homography;
}

export function translation(x: number, y: number): Homography {
  return [1, 0, x, 0, 1, y, 0, 0, 1];
}

export function scaling(x: number, y: number): Homography {
  return [x, 0, 0, 0, y, 0, 0, 0, 1];
}

/** Shows the window of size (width, height) whose corner is at (x, y), stretched over the whole unit square. */
export function window(x: number, y: number, width: number, height: number): Homography {
  return [width, 0, x, 0, height, y, 0, 0, 1];
}

/** Mirrors the unit square left to right. */
export const mirror: Homography = [-1, 0, 1, 0, 1, 0, 0, 0, 1];

/** Turns by `degrees`; with y pointing down, a positive angle turns what is seen counter-clockwise. */
export function rotation(degrees: number): Homography {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
}

/**
 * Writes the eight numbers that ImageProjectiveTransformV3 wants (the ninth is 1) for a matrix over *continuous*
 * coordinates, in which a picture spans [0, width] × [0, height]. The op counts pixel centres from 0, half a pixel off.
 */
export function writeTransform(matrix: Homography, into: Float32Array, offset: number): void {
  const centred = compose(compose(translation(0.5, 0.5), matrix), translation(-0.5, -0.5));
  for (let i = 0; i < 8; i++) into[offset + i] = centred[i]! / centred[8];
}
