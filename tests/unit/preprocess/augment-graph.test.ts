import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { plainView } from '../../../src-main/preprocess/augment.ts';
import { augmentPixels } from '../../../src-main/preprocess/augment-graph.ts';
import {
  type Homography,
  compose,
  mirror,
  scaling,
  writeTransform,
} from '../../../src-main/preprocess/homography.ts';
import type { ImageSize } from '../../../shared/image-size.ts';

/** Whole numbers from 0 to 255 that no symmetry leaves alone. */
function picture(count: number, height: number, width: number): Float32Array {
  return Float32Array.from(
    { length: count * height * width * 3 },
    (_, i) => (i * 73 + Math.floor(i / 7) * 31 + 255) % 256,
  );
}

/** Runs one view and gives 0..255 values back, so that whole numbers can be compared exactly. */
function view(
  pixels: Float32Array,
  [n, height, width]: [number, number, number],
  transforms: Float32Array,
  size: ImageSize,
  lighting: Float32Array | null = null,
): Float32Array {
  return tf.tidy(
    () =>
      augmentPixels(
        tf.tensor4d(pixels, [n, height, width, 3]),
        tf.tensor2d(transforms, [n, 8]),
        lighting === null ? null : tf.tensor2d(lighting, [n, 2]),
        size,
      )
        .mul(255)
        .dataSync() as Float32Array,
  );
}

function transformOf(matrix: Homography): Float32Array {
  const into = new Float32Array(8);
  writeTransform(matrix, into, 0);
  return into;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** Half-sample symmetric reflection of a continuous pixel coordinate, clamped to pixel centres as TensorFlow does. */
function reflect(coordinate: number, length: number): number {
  let at = coordinate + 0.5;
  at = ((at % (2 * length)) + 2 * length) % (2 * length);
  if (at > length) at = 2 * length - at;
  return Math.min(Math.max(at - 0.5, 0), length - 1);
}

/** Bilinear sampling written out, as the reference. */
function sample(
  pixels: Float32Array,
  height: number,
  width: number,
  t: Float32Array,
  size: ImageSize,
): Float32Array {
  const out = new Float32Array(size.height * size.width * 3);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const k = t[6]! * x + t[7]! * y + 1;
      const sx = reflect((t[0]! * x + t[1]! * y + t[2]!) / k, width);
      const sy = reflect((t[3]! * x + t[4]! * y + t[5]!) / k, height);
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
      const [fx, fy] = [sx - x0, sy - y0];
      for (let c = 0; c < 3; c++) {
        const at = (yy: number, xx: number): number => pixels[(yy * width + xx) * 3 + c]!;
        out[(y * size.width + x) * 3 + c] =
          (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x1)) +
          fy * ((1 - fx) * at(y1, x0) + fx * at(y1, x1));
      }
    }
  }
  return out;
}

let tensors = 0;
beforeEach(async () => {
  await tf.ready();
  tensors = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

describe('augmentPixels', () => {
  const [height, width] = [6, 9];
  const pixels = picture(1, height, width);
  const rows = (map: (y: number, x: number) => [number, number], size: ImageSize): number[] => {
    const out: number[] = [];
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const [sy, sx] = map(y, x);
        for (let c = 0; c < 3; c++) out.push(pixels[(sy * width + sx) * 3 + c]!);
      }
    }
    return out;
  };

  it('leaves a picture of the training size exactly as it is', () => {
    const { transforms } = plainView(1, { height, width }, { height, width });
    expect([...transforms]).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
    expectClose(view(pixels, [1, height, width], transforms, { height, width }), pixels, 3e-5);
  });

  it('takes whole numbers of any type', () => {
    const { transforms } = plainView(1, { height, width }, { height, width });
    const out = tf.tidy(() =>
      augmentPixels(
        tf.tensor4d(Int32Array.from(pixels), [1, height, width, 3], 'int32') as Tensor4D,
        tf.tensor2d(transforms, [1, 8]),
        null,
        { height, width },
      )
        .mul(255)
        .dataSync(),
    );
    expectClose(out as Float32Array, pixels, 3e-5);
  });

  it('flips to exactly the mirrored picture', () => {
    const flip = compose(mirror, scaling(width, height));
    const t = transformOf(compose(scaling(1 / width, 1 / height), flip));
    const size = { height, width };
    expectClose(
      view(pixels, [1, height, width], t, size),
      rows((y, x) => [y, width - 1 - x], size),
      1e-3,
    );
  });

  it('turns by 90 degrees onto the transposed grid', () => {
    // Output (x, y) comes from input (y, height − x) in continuous coordinates.
    const size = { height: width, width: height };
    const t = transformOf([0, 1, 0, -1, 0, height, 0, 0, 1]);
    expectClose(
      view(pixels, [1, height, width], t, size),
      rows((y, x) => [height - 1 - x, y], size),
      1e-3,
    );
  });

  it('crops whole pixels exactly', () => {
    const size = { height: 4, width: 5 };
    const t = transformOf([1, 0, 2, 0, 1, 1, 0, 0, 1]);
    expectClose(
      view(pixels, [1, height, width], t, size),
      rows((y, x) => [y + 1, x + 2], size),
      3e-5,
    );
  });

  it('reflects what lies outside, the border pixel twice', () => {
    const size = { height, width: 4 };
    const t = transformOf([1, 0, -2, 0, 1, 0, 0, 0, 1]);
    expectClose(
      view(pixels, [1, height, width], t, size),
      rows((y, x) => [y, [1, 0, 0, 1][x]!], size),
      3e-5,
    );
  });

  it('agrees with bilinear sampling written out, for a projective map that leaves the picture', () => {
    const size = { height: 7, width: 5 };
    const t = Float32Array.from([1.31, 0.42, -2.2, -0.35, 0.93, 1.7, 0.013, -0.021]);
    expectClose(view(pixels, [1, height, width], t, size), sample(pixels, height, width, t, size), 2e-3);
  });

  it('gives each picture of a batch its own transform', () => {
    const two = picture(2, height, width);
    const transforms = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0]);
    const size = { height: 4, width: 5 };
    const out = view(two, [2, height, width], transforms, size);
    const half = out.length / 2;
    const part = height * width * 3;
    expectClose(
      out.slice(0, half),
      sample(two.slice(0, part), height, width, transforms.slice(0, 8), size),
      1e-3,
    );
    expectClose(out.slice(half), sample(two.slice(part), height, width, transforms.slice(8), size), 1e-3);
  });

  it.each([2, 4])(
    'averages all that a pixel covers when the picture is %i times the training size',
    (times) => {
      const size = { height: 4, width: 6 };
      const [h, w] = [size.height * times, size.width * times];
      const big = picture(1, h, w);
      const { transforms } = plainView(1, { height: h, width: w }, size);
      const expected = new Float32Array(size.height * size.width * 3);
      for (let i = 0; i < big.length; i++) {
        const [y, x] = [Math.floor(i / 3 / w), Math.floor(i / 3) % w];
        const at = (Math.floor(y / times) * size.width + Math.floor(x / times)) * 3 + (i % 3);
        expected[at]! += big[i]! / times ** 2;
      }
      expectClose(view(big, [1, h, w], transforms, size), expected, 1e-3);
    },
  );

  it('keeps the geometry when blocks do not divide the picture', () => {
    // A plane rising with x and y must come out as the same plane wherever the border does not interfere.
    const [h, w] = [31, 29];
    const plane = Float32Array.from({ length: h * w * 3 }, (_, i) => {
      const p = Math.floor(i / 3);
      return (p % w) * 2 + Math.floor(p / w) * 3;
    });
    const size = { height: 10, width: 9 };
    const { transforms } = plainView(1, { height: h, width: w }, size);
    const out = view(plane, [1, h, w], transforms, size);
    for (let y = 1; y < size.height - 1; y++) {
      for (let x = 1; x < size.width - 1; x++) {
        const sx = ((x + 0.5) * w) / size.width - 0.5;
        const sy = ((y + 0.5) * h) / size.height - 0.5;
        expect(out[(y * size.width + x) * 3]!).toBeCloseTo(sx * 2 + sy * 3, 2);
      }
    }
  });

  it('changes light on logits as fastai does, and keeps black and white finite', () => {
    const t = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0]);
    pixels[17] = 0;
    const [contrast, brightness] = [1.2, 0.3];
    const out = view(
      pixels,
      [1, height, width],
      t,
      { height, width },
      Float32Array.from([contrast, brightness]),
    );
    const expected = pixels.map((v) => {
      const x = Math.min(Math.max(v / 255, 1e-7), 1 - 1e-7);
      return 255 / (1 + Math.exp(-(Math.log(x / (1 - x)) * contrast + brightness)));
    });
    expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 255]);
    expectClose(out, expected, 2e-3);
  });

  it('changes nothing with plain lighting', () => {
    const { transforms, lighting } = plainView(1, { height, width }, { height, width });
    expectClose(view(pixels, [1, height, width], transforms, { height, width }, lighting), pixels, 2e-4);
  });
});
