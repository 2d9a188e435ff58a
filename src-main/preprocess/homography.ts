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
 * Shows the quadrilateral whose corners are `corners` (top left, top right, bottom right, bottom left) as the whole unit
 * square, by the one perspective that keeps straight lines straight. Heckbert, "Fundamentals of texture mapping and image
 * warping" (1989), section 2.2.3.
 * @throws RangeError when no perspective does: three corners on one line, or a dent
 */
export function quadrilateral(corners: readonly [Point, Point, Point, Point]): Homography {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners;
  const [sumX, sumY] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sumX * dy2 - dx2 * sumY) / area;
  const h = (dx1 * sumY - sumX * dy1) / area;
  // The depth at each corner but the first, where it is 1: all must lie in front of the eye.
  if (!(1 + g > 0 && 1 + h > 0 && 1 + g + h > 0)) {
    throw new RangeError('The corners are not those of a convex quadrilateral.');
  }
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

export type Point = readonly [x: number, y: number];

/** The way back: the adjugate over its last element, for a homography is the same at any scale. */
export function inverse([a, b, c, d, e, f, g, h, i]: Homography): Homography {
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
  return adjugate.map((value) => value / adjugate[8]!) as unknown as Homography;
}

/**
 * Writes the eight numbers that ImageProjectiveTransformV3 wants (the ninth is 1) for a matrix over *continuous*
 * coordinates, in which a picture spans [0, width] × [0, height]. The op counts pixel centres from 0, half a pixel off.
 */
export function writeTransform(matrix: Homography, into: Float32Array, offset: number): void {
  const centred = compose(compose(translation(0.5, 0.5), matrix), translation(-0.5, -0.5));
  for (let i = 0; i < 8; i++) into[offset + i] = centred[i]! / centred[8];
}
