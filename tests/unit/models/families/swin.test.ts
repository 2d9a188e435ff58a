import { describe, expect, it } from 'vitest';
import { windowPlan } from '../../../../src-main/models/families/swin/network.ts';
import { resizeBiasTable } from '../../../../src-main/models/families/swin/resize-bias-table.ts';
import { createModel } from '../../../../src-main/models/registry.ts';

describe('windowPlan', () => {
  it('shifts by half a window, but not along an axis that a window covers', () => {
    expect(windowPlan([14, 7], 7, true)).toEqual({ grid: [14, 7], window: [7, 7], shift: [3, 0] });
    expect(windowPlan([14, 3], 7, false)).toEqual({ grid: [14, 3], window: [7, 3], shift: [0, 0] });
  });
});

describe('resizeBiasTable', () => {
  const table = (side: number): { shape: number[]; values: Float32Array } => ({
    shape: [side * side, 2],
    values: Float32Array.from({ length: side * side * 2 }, (_, i) => i),
  });

  it('keeps a table of the same window', () => {
    const found = table(5);
    expect(resizeBiasTable([3, 3], 2)(found)).toEqual(found.values);
  });

  it('keeps the middle and lets the outermost offsets meet', () => {
    const resized = resizeBiasTable([5, 5], 2)(table(5))!;
    expect(resized.length).toBe(9 * 9 * 2);
    expect(resized[40 * 2]).toBe(24);
    expect(resized[0]).toBeCloseTo(0, 0);
    expect(resized.at(-1)).toBeCloseTo(49, 0);
  });

  it('refuses what is no table of a square window with these heads', () => {
    const resize = resizeBiasTable([5, 5], 2);
    expect(resize({ shape: [24, 2], values: new Float32Array(48) })).toBeNull();
    expect(resize({ shape: [25, 3], values: new Float32Array(75) })).toBeNull();
    expect(resize({ shape: [16, 2], values: new Float32Array(32) })).toBeNull();
  });
});

describe('sizes', () => {
  it('takes the lesson’s size and any that leaves a patch, as timm', () => {
    for (const arch of ['swin_tiny_patch4_window7_224', 'swinv2_tiny_window8_256']) {
      expect(createModel(arch, { classes: 2, height: 320, width: 240 })).toBeDefined();
      expect(() => createModel(arch, { classes: 2, height: 3, width: 64 })).toThrow(
        expect.objectContaining({ code: 'ARCH_SIZE' }),
      );
    }
  });
});
