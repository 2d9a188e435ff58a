import { describe, expect, it } from 'vitest';
import { checkSize, nearbySizes, sizesInWords } from '../../../../shared/architectures/index.ts';
import { allowsSize } from '../../../../shared/architectures/sizes.ts';
import type { SizeRule } from '../../../../shared/architectures/index.ts';

const size = (height: number, width = height) => ({ height, width });
const any: SizeRule = { type: 'any', minSide: 32 };
const multiple: SizeRule = { type: 'multiple', of: 16, minSide: 20, note: 'Patches have 16 pixels.' };
const list: SizeRule = { type: 'list', sizes: [size(192), size(256), size(384), size(320, 240)] };

describe('allowsSize', () => {
  it.each([
    [any, size(32, 33), true],
    [any, size(31, 320), false],
    [multiple, size(320, 240), true],
    [multiple, size(16, 32), false],
    [multiple, size(32, 40), false],
    [list, size(320, 240), true],
    [list, size(240, 320), false],
  ])('%o takes %o: %s', (rule, wanted, allowed) => {
    expect(allowsSize(rule, wanted)).toBe(allowed);
  });
});

describe('nearbySizes', () => {
  it('offers what is allowed, nearest first', () => {
    expect(nearbySizes(any, size(20, 100))).toEqual([size(32, 100)]);
    expect(nearbySizes(multiple, size(225))).toEqual([size(224), size(240)]);
    expect(nearbySizes(multiple, size(5))).toEqual([size(32)]);
    expect(nearbySizes(multiple, size(4095))[0]).toEqual(size(4096));
    expect(nearbySizes(list, size(320, 250))[0]).toEqual(size(320, 240));
    for (const rule of [any, multiple, list])
      for (const near of nearbySizes(rule, size(17, 301))) expect(allowsSize(rule, near)).toBe(true);
  });
});

describe('checkSize', () => {
  it('names the rule, its reason, and sizes to choose', () => {
    expect(() => checkSize({ id: 'net', sizes: multiple }, size(225))).toThrow(
      expect.objectContaining({
        code: 'ARCH_SIZE',
        message:
          'net cannot read pictures of 225. Its sizes: sides that are multiples of 16 pixels, from 20. Patches have 16 pixels.',
        fix: 'Choose 224 or 240.',
      }),
    );
    expect(() => checkSize({ id: 'net', sizes: list }, size(320))).toThrow(/192, 256, 384, 320x240/);
  });

  it('puts rules into words', () => {
    expect(sizesInWords({ type: 'any', minSide: 1 })).toBe('any');
    expect(sizesInWords({ type: 'multiple', of: 32, minSide: 32 })).toBe(
      'sides that are multiples of 32 pixels',
    );
  });
});
