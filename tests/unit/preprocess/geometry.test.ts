import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeGeometry, wholePicture } from '../../../src-main/preprocess/geometry.ts';
import { type Homography, compose, inverse, quadrilateral } from '../../../src-main/preprocess/homography.ts';

interface Case {
  size: { height: number; width: number };
  flip: boolean;
  degrees: number;
  zoom: { left: number; top: number; width: number; height: number };
  warp: { x: number; y: number };
  crop: { left: number; top: number; width: number; height: number };
  /** Places in what is seen, and where fastai takes their pixels from, both in the unit square. */
  seen: [number, number][];
  source: [number, number][];
}
const fixture = join(import.meta.dirname, '../../fixtures/preprocess/fastai-geometry.json');
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as Case[];

function apply(h: Homography, [x, y]: readonly [number, number]): [number, number] {
  const depth = h[6] * x + h[7] * y + h[8];
  return [(h[0] * x + h[1] * y + h[2]) / depth, (h[3] * x + h[4] * y + h[5]) / depth];
}

describe('composeGeometry', () => {
  it('has cases of each part alone and of all together', () => {
    expect(cases.length).toBeGreaterThanOrEqual(12);
    expect(cases.some(({ warp, degrees, flip }) => flip && degrees !== 0 && warp.x !== 0)).toBe(true);
  });

  it.each(cases.map((item, i) => [i, item] as const))(
    'takes corners, edges and inner points from where fastai takes them, case %i',
    (_, { size, seen, source, ...geometry }) => {
      const map = composeGeometry(geometry, size);
      seen.forEach((point, i) => {
        const [x, y] = apply(map, point);
        expect(Math.abs(x - source[i]![0])).toBeLessThan(1e-5);
        expect(Math.abs(y - source[i]![1])).toBeLessThan(1e-5);
      });
    },
  );

  it('makes the left edge longer with a positive x, the top with a positive y', () => {
    const geometry = { flip: false, degrees: 0, zoom: wholePicture, crop: wholePicture };
    const size = { height: 64, width: 64 };
    // What is seen at the picture's own corner lies inside the picture where the edge grew, outside where it shrank.
    const tilted = composeGeometry({ ...geometry, warp: { x: 0.2, y: 0 } }, size);
    expect(apply(tilted, [0, -0.1])[1]).toBeCloseTo(0, 9);
    expect(apply(tilted, [1, 0.1])[1]).toBeCloseTo(0, 9);
    const bent = composeGeometry({ ...geometry, warp: { x: 0, y: 0.2 } }, size);
    expect(apply(bent, [-0.1, 0])[0]).toBeCloseTo(0, 9);
    expect(apply(bent, [0.1, 1])[0]).toBeCloseTo(0, 9);
  });

  it('keeps the whole view in front of the eye at the strongest warp that is allowed', () => {
    for (const degrees of [0, 33, 45, 90, 170]) {
      for (const [x, y] of [
        [0.3, 0.3],
        [-0.3, 0.3],
        [0.3, -0.3],
        [-0.3, -0.3],
      ] as const) {
        const map = composeGeometry(
          { flip: false, degrees, zoom: wholePicture, crop: wholePicture, warp: { x, y } },
          { height: 100, width: 100 },
        );
        for (const [u, v] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          expect((map[6] * u + map[7] * v + map[8]) / map[8]).toBeGreaterThan(0.1);
        }
      }
    }
  });
});

describe('homographies', () => {
  it('lead there and back', () => {
    const there = quadrilateral([
      [-0.1, 0.05],
      [1.1, 0.1],
      [0.9, 1.2],
      [0.2, 0.8],
    ]);
    const both = compose(there, inverse(there));
    both.forEach((value, i) => expect(value / both[8]).toBeCloseTo([1, 0, 0, 0, 1, 0, 0, 0, 1][i]!, 9));
    expect(apply(there, [1, 1])[0]).toBeCloseTo(0.9, 9);
    expect(apply(there, [0, 1])[1]).toBeCloseTo(0.8, 9);
  });

  it('refuse corners that no perspective reaches', () => {
    expect(() =>
      quadrilateral([
        [0, 0],
        [1, 0],
        [0.3, 0.3],
        [0, 1],
      ]),
    ).toThrow(RangeError);
  });
});
