import { describe, expect, it } from 'vitest';
import {
  architecture,
  architectures,
  checkSize,
  resolveArchitecture,
} from '../../../../shared/architectures/index.ts';

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

describe('resolveArchitecture', () => {
  it('takes an id, or an id with a tag', () => {
    expect(resolveArchitecture('convnext_small')).toMatchObject({
      info: { id: 'convnext_small' },
      tag: null,
    });
    const { info, tag } = resolveArchitecture('convnext_small.in12k_ft_in1k_384');
    expect(info.id).toBe('convnext_small');
    expect(tag).toMatchObject({
      size: { height: 384, width: 384 },
      cropPct: 1,
      cropMode: 'squash',
      classes: 1000,
    });
  });

  it('names the tags that there are', () => {
    expect(() => resolveArchitecture('convnext_atto.in22k')).toThrow(
      expect.objectContaining({ code: 'ARCH_UNKNOWN', fix: 'Its tags are d2_in1k.' }),
    );
  });

  it('describes each architecture by its default tag', () => {
    for (const info of architectures) {
      const [first] = info.tags;
      expect(first, info.id).toBeDefined();
      expect([info.mean, info.std, info.defaultSize]).toEqual([first!.mean, first!.std, first!.size]);
      expect(new Set(info.tags.map(({ tag }) => tag)).size).toBe(info.tags.length);
      expect(info.gmacs).toBeGreaterThan(0);
      expect(() => checkSize(info, info.defaultSize)).not.toThrow();
      for (const { size } of info.tags) checkSize(info, size);
    }
  });
});
