import { describe, expect, it } from 'vitest';
import { combineViews, softmaxPerTarget } from '../../../src-main/training/probabilities.ts';

describe('softmax per target', () => {
  it('normalises each target by itself', () => {
    const logits = Float32Array.of(0, Math.log(3), 1, 1, 1, /* second row */ 2, 2, 0, Math.log(2), 0);
    const [first, second] = softmaxPerTarget(logits, [2, 3]);
    expect(Array.from(first!)).toEqual([0.25, 0.75, 0.5, 0.5].map((p) => expect.closeTo(p, 6)));
    expect(Array.from(second!)).toEqual(
      [1 / 3, 1 / 3, 1 / 3, 0.25, 0.5, 0.25].map((p) => expect.closeTo(p, 6)),
    );
  });

  it('stays finite for huge logits', () => {
    expect(Array.from(softmaxPerTarget(Float32Array.of(1e4, -1e4), [2])[0]!)).toEqual([1, 0]);
  });
});

describe('test-time augmentation', () => {
  it("moves the views' mean a quarter of the way to the plain view (fastai's beta)", () => {
    const combined = combineViews(
      Float32Array.of(1, 0),
      [Float32Array.of(0.2, 0.8), Float32Array.of(0.4, 0.6)],
      0.25,
    );
    expect(Array.from(combined)).toEqual(
      [0.3 + 0.25 * 0.7, 0.7 - 0.25 * 0.7].map((p) => expect.closeTo(p, 6)),
    );
  });

  it('is the views alone at 0 and the plain one alone at 1', () => {
    const plain = Float32Array.of(0.25, 0.75);
    const view = Float32Array.of(0.5, 0.5);
    expect(combineViews(plain, [view], 0)).toEqual(view);
    expect(combineViews(plain, [view], 1)).toEqual(plain);
  });
});
