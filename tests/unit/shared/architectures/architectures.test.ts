import { describe, expect, it } from 'vitest';
import { architecture, architectures, checkSize } from '../../../../shared/architectures/index.ts';

describe('architecture', () => {
  it('knows each id once', () => {
    const ids = architectures.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(architecture(id).id).toBe(id);
  });

  it.each([
    ['convnext_tinny', 'convnext_tiny'],
    ['efficientnet_lite0', 'tf_efficientnet_lite0'],
    ['ResNet-50', 'resnet50'],
  ])('names %s’s nearest: %s', (typed, meant) => {
    expect(() => architecture(typed)).toThrow(
      expect.objectContaining({
        code: 'ARCH_UNKNOWN',
        message: expect.stringContaining(`mean ${meant}`) as string,
      }),
    );
  });

  it('does not take names from the prototype for architectures', () => {
    expect(() => architecture('constructor')).toThrow(/There is no architecture/);
  });
});

describe('checkSize', () => {
  it('takes any size that leaves a pixel, and says what is too small', () => {
    checkSize(architecture('resnet18'), { height: 1, width: 4000 });
    checkSize(architecture('convnext_tiny'), { height: 32, width: 33 });
    expect(() => checkSize(architecture('convnext_tiny'), { height: 320, width: 31 })).toThrow(
      expect.objectContaining({ code: 'ARCH_SIZE', message: expect.stringContaining('320x31') as string }),
    );
  });
});
