import { describe, expect, it } from 'vitest';
import { downloadSize } from '../../../../shared/architectures/download.ts';
import { weightsOf } from '../../../../shared/architectures/index.ts';

const sizeOf = (name: string) => {
  const { info, tag } = weightsOf(name);
  return downloadSize(info, tag);
};

describe('downloadSize', () => {
  it.each([
    // 28,589,128 values with 1,000 classes, and 4 bytes each.
    ['convnext_tiny', 28_589_128],
    // 21,843 classes instead of 1,000; 102,595,923 values by timm's own count.
    ['vit_base_patch16_224.augreg_in21k', 102_595_923],
    // Without a last layer: 3,387,400 values by timm's own count.
    ['convnextv2_atto.fcmae', 3_387_400],
  ])('reckons %s from its values', (name, values) => {
    expect(sizeOf(name)).toEqual({ bytes: 4 * values, exact: false });
  });

  it('knows the size of a Python package exactly', () => {
    const { info } = weightsOf('tf_efficientnet_lite0');
    expect(sizeOf('tf_efficientnet_lite0')).toEqual({ bytes: info.pretrained!.bytes, exact: true });
  });
});
