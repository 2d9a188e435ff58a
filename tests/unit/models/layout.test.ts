import { describe, expect, it } from 'vitest';
import type { ParameterSpec } from '../../../src-main/models/context.ts';
import { timmShape, toTensorFlowLayout, toTimmLayout } from '../../../src-main/models/layout.ts';

const cases: [ParameterSpec['layout'], number[], number[]][] = [
  ['conv', [2, 3, 4, 5], [5, 4, 2, 3]],
  ['depthwise', [2, 3, 4, 1], [4, 1, 2, 3]],
  ['linear', [4, 5], [5, 4]],
  ['conv1x1', [4, 5], [5, 4, 1, 1]],
  ['same', [7], [7]],
];

describe('layout', () => {
  it.each(cases)('%s: there and back gives the same values', (layout, shape, timm) => {
    const spec = { layout, shape };
    expect(timmShape(spec)).toEqual(timm);
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    expect([...toTensorFlowLayout(spec, toTimmLayout(spec, values))]).toEqual([...values]);
    expect([...toTimmLayout(spec, toTensorFlowLayout(spec, values))]).toEqual([...values]);
  });

  it('moves each value of a convolution to the place with the same indices', () => {
    const shape = [2, 3, 4, 5];
    const timm = Float32Array.from({ length: 120 }, (_, i) => i);
    const here = toTensorFlowLayout({ layout: 'conv', shape }, timm);
    const at = (sides: number[], ...index: number[]): number =>
      index.reduce((sum, i, axis) => sum * sides[axis]! + i, 0);
    for (let h = 0; h < 2; h += 1)
      for (let w = 0; w < 3; w += 1)
        for (let i = 0; i < 4; i += 1)
          for (let o = 0; o < 5; o += 1)
            expect(here[at(shape, h, w, i, o)]).toBe(timm[at([5, 4, 2, 3], o, i, h, w)]);
  });
});
