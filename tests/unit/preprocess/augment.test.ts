import { describe, expect, it } from 'vitest';
import { type Augment, augmentSchema } from '../../../shared/records/run-config.ts';
import { Random } from '../../../src-main/dataset/random.ts';
import { drawAugmentation, plainView } from '../../../src-main/preprocess/augment.ts';

const pixels = { height: 192, width: 192 };
const size = { height: 128, width: 128 };
const nothing: Augment = {
  flip: false,
  maxRotate: 0,
  minZoom: 1,
  maxZoom: 1,
  maxWarp: 0,
  maxLighting: 0,
  pAffine: 0,
  pLighting: 0,
  minScale: 1,
};

function draw(augment: Augment, count: number, seed = 7, sizes = { pixels, size }) {
  return drawAugmentation(augment, { ...sizes, count, random: new Random(seed) });
}

/** The transform as a function of continuous output coordinates. */
function map(t: Float32Array, row: number, x: number, y: number): [number, number] {
  const at = (i: number): number => t[row * 8 + i]!;
  const [px, py] = [x - 0.5, y - 0.5];
  return [at(0) * px + at(1) * py + at(2) + 0.5, at(3) * px + at(4) * py + at(5) + 0.5];
}

describe('drawAugmentation', () => {
  it('gives the same views for the same seed, and others for another', () => {
    const augment = augmentSchema.parse({});
    expect(draw(augment, 16)).toEqual(draw(augment, 16));
    expect(draw(augment, 16, 8)).not.toEqual(draw(augment, 16));
  });

  it('gives a batch the same views however it is cut into micro-batches', () => {
    const augment = augmentSchema.parse({});
    const random = new Random(7);
    const parts = [3, 5, 8].map((count) => drawAugmentation(augment, { pixels, size, count, random }));
    const whole = draw(augment, 16);
    expect(parts.flatMap((p) => [...p.transforms])).toEqual([...whole.transforms]);
    expect(parts.flatMap((p) => [...p.lighting])).toEqual([...whole.lighting]);
  });

  it('is the plain view when there is nothing to vary, or no augmentation at all', () => {
    const plain = plainView(4, pixels, size);
    expect(draw(nothing, 4)).toEqual(plain);
    expect(drawAugmentation(null, { pixels, size, count: 4, random: new Random(1) })).toEqual(plain);
    expect([...plain.lighting]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect(map(plain.transforms, 3, 128, 0)).toEqual([192, 0]);
  });

  it('flips half of the pictures about their middle', () => {
    const { transforms } = draw({ ...nothing, flip: true }, 2000);
    let flipped = 0;
    for (let i = 0; i < 2000; i++) {
      const [x, y] = map(transforms, i, 128, 0);
      expect(y).toBeCloseTo(0, 3);
      if (x < 96) flipped++;
      expect(Math.abs(x - (x < 96 ? 0 : 192))).toBeLessThan(1e-3);
    }
    expect(flipped / 2000).toBeGreaterThan(0.46);
    expect(flipped / 2000).toBeLessThan(0.54);
  });

  it('turns about the middle, by angles over the whole range, as often as it should', () => {
    const { transforms } = draw({ ...nothing, maxRotate: 10, pAffine: 0.75 }, 2000);
    const angles: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const [x, y] = map(transforms, i, 64, 64);
      expect(Math.hypot(x - 96, y - 96)).toBeLessThan(1e-3);
      angles.push((Math.atan2(transforms[i * 8 + 3]!, transforms[i * 8]!) * 180) / Math.PI);
    }
    const turned = angles.filter((angle) => Math.abs(angle) > 1e-4);
    expect(turned.length / 2000).toBeGreaterThan(0.71);
    expect(turned.length / 2000).toBeLessThan(0.79);
    expect(Math.max(...angles)).toBeGreaterThan(9.8);
    expect(Math.min(...angles)).toBeLessThan(-9.8);
    expect(Math.max(...angles.map(Math.abs))).toBeLessThan(10.001);
  });

  it('turns without shear at training sizes that are not square', () => {
    const sizes = { pixels: { height: 320, width: 480 }, size: { height: 320, width: 240 } };
    const { transforms } = draw({ ...nothing, maxRotate: 45, pAffine: 1 }, 50, 3, sizes);
    for (let i = 0; i < 50; i++) {
      // Input columns are twice as dense as the training picture's: taken out, a rotation matrix remains.
      const [a, b] = [transforms[i * 8]! / 2, transforms[i * 8 + 1]! / 2];
      const [c, d] = [transforms[i * 8 + 3]!, transforms[i * 8 + 4]!];
      expect(a * a + c * c).toBeCloseTo(1, 5);
      expect(a * b + c * d).toBeCloseTo(0, 5);
      expect(a * d - b * c).toBeCloseTo(1, 5);
    }
  });

  it('crops windows inside the picture, of the area and aspect that fastai allows', () => {
    const { transforms } = draw({ ...nothing, minScale: 0.35 }, 2000);
    const areas: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const [left, top] = map(transforms, i, 0, 0);
      const [right, bottom] = map(transforms, i, 128, 128);
      expect(Math.min(left, top)).toBeGreaterThan(-1e-3);
      expect(Math.max(right, bottom)).toBeLessThan(192 + 1e-3);
      const ratio = (right - left) / (bottom - top);
      expect(ratio).toBeGreaterThan(0.7499);
      expect(ratio).toBeLessThan(1.3334);
      areas.push(((right - left) * (bottom - top)) / 192 ** 2);
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.3499);
    expect(Math.min(...areas)).toBeLessThan(0.36);
    expect(Math.max(...areas)).toBeGreaterThan(0.95);
  });

  it('zooms into a random place of the picture', () => {
    const { transforms } = draw({ ...nothing, maxZoom: 1.5, pAffine: 1 }, 500);
    const zooms: number[] = [];
    for (let i = 0; i < 500; i++) {
      const [left, top] = map(transforms, i, 0, 0);
      const [right, bottom] = map(transforms, i, 128, 128);
      expect(Math.min(left, top)).toBeGreaterThan(-1e-3);
      expect(Math.max(right, bottom)).toBeLessThan(192 + 1e-3);
      expect(right - left).toBeCloseTo(bottom - top, 2);
      zooms.push(192 / (right - left));
    }
    expect(Math.min(...zooms)).toBeGreaterThan(0.999);
    expect(Math.max(...zooms)).toBeGreaterThan(1.48);
    expect(Math.max(...zooms)).toBeLessThan(1.501);
  });

  it('keeps contrast and brightness within the lighting maximum, and finite at 1', () => {
    const { lighting } = draw({ ...nothing, maxLighting: 0.2, pLighting: 1 }, 2000);
    for (let i = 0; i < 2000; i++) {
      const contrast = lighting[i * 2]!;
      expect(contrast).toBeGreaterThan(0.7999);
      expect(contrast).toBeLessThan(1.2501);
      // Brightness moves middle grey to between 0.4 and 0.6 before contrast is applied.
      const grey = 1 / (1 + Math.exp(-lighting[i * 2 + 1]! / contrast));
      expect(grey).toBeGreaterThan(0.3999);
      expect(grey).toBeLessThan(0.6001);
    }
    const extreme = draw({ ...nothing, maxLighting: 1, pLighting: 1 }, 2000).lighting;
    expect(extreme.every(Number.isFinite)).toBe(true);
  });
});
