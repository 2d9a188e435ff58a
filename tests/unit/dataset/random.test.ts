import { describe, expect, it } from 'vitest';
import { Random, randomStateSchema } from '../../../src-main/dataset/random.ts';

const draw = (random: Random, n: number): number[] => Array.from({ length: n }, () => random.next());

describe('Random', () => {
  it('gives the same numbers for the same seed on every machine', () => {
    const random = new Random(7);
    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([703803230, 40451946, 2621257316]);
    expect(draw(new Random(7), 20)).toEqual(draw(new Random(7), 20));
    expect(draw(new Random(7), 20)).not.toEqual(draw(new Random(8), 20));
  });

  it('follows the published sfc32 recurrence', () => {
    // Straight from the definition, on plain numbers.
    const random = new Random(123);
    let [a, b, c, counter] = random.state().words as [number, number, number, number];
    for (let i = 0; i < 1000; i++) {
      const t = (a + b + counter) >>> 0;
      counter = (counter + 1) >>> 0;
      a = (b ^ (b >>> 9)) >>> 0;
      b = (c + ((c << 3) >>> 0)) >>> 0;
      c = ((((c << 21) | (c >>> 11)) >>> 0) + t) >>> 0;
      expect(random.uint32()).toBe(t);
    }
  });

  it('is uniform in [0, 1) and stays below 1 as a float32', () => {
    const bins = new Array<number>(10).fill(0);
    const random = new Random(1);
    let rounded = 0;
    for (let i = 0; i < 100_000; i++) {
      const x = random.next();
      if (Math.fround(x) !== x) rounded++;
      bins[Math.floor(x * 10)]!++;
    }
    expect(rounded).toBe(0);
    for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(500);
  });

  it('draws normal numbers of mean 0 and deviation 1', () => {
    const random = new Random(2);
    const xs = Array.from({ length: 100_000 }, () => random.normal());
    const mean = xs.reduce((a, b) => a + b) / xs.length;
    const variance = xs.reduce((a, x) => a + (x - mean) ** 2, 0) / xs.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
    expect(xs.filter((x) => Math.abs(x) < 1.96).length / xs.length).toBeCloseTo(0.95, 2);
  });

  it('draws whole numbers without bias and refuses an empty range', () => {
    const random = new Random(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(() => random.integer(0)).toThrow(RangeError);
    expect(() => random.integer(1.5)).toThrow(RangeError);
  });

  it('shuffles into each order equally often, and keeps every item', () => {
    const random = new Random(4);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect([...random.shuffle(Int32Array.from([1, 2, 3, 4]))].sort()).toEqual([1, 2, 3, 4]);
  });

  it('forks by name alone: what was drawn before does not matter', () => {
    const one = new Random(5);
    const other = new Random(5);
    draw(other, 17);
    expect(draw(one.fork('split'), 5)).toEqual(draw(other.fork('split'), 5));
    expect(draw(one.fork('split'), 5)).not.toEqual(draw(one.fork('order'), 5));
    expect(draw(one.fork('a').fork('b'), 5)).not.toEqual(draw(one.fork('b').fork('a'), 5));
  });

  it('goes on exactly where its state was taken, also between two normal numbers', () => {
    const random = new Random(6);
    random.normal();
    const state = randomStateSchema.parse(JSON.parse(JSON.stringify(random.state())));
    const restored = Random.restore(state);
    for (let i = 0; i < 10; i++) expect(restored.normal()).toBe(random.normal());
    expect(restored.fork('x').next()).toBe(random.fork('x').next());
  });
});
