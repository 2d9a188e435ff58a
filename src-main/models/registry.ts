import { architecture, checkSize } from '../../shared/architectures/index.ts';
import type { Model, ModelBuilder, ModelOptions } from './context.ts';
import { convnextBuilders, convnextv2Builders } from './families/convnext.ts';
import { efficientnetBuilders } from './families/efficientnet.ts';
import { efficientnetLiteBuilders } from './families/efficientnet-lite.ts';
import { mobilenetv3Builders } from './families/mobilenetv3.ts';
import { resnetBuilders } from './families/resnet.ts';
import { swinBuilders } from './families/swin.ts';
import { swinv2Builders } from './families/swinv2.ts';
import { vitBuilders } from './families/vit.ts';

/** One entry an architecture of shared/architectures, by timm's id. A family is one file and one line here. */
const builders: Readonly<Record<string, ModelBuilder>> = {
  ...efficientnetLiteBuilders,
  ...resnetBuilders,
  ...convnextBuilders,
  ...convnextv2Builders,
  ...efficientnetBuilders,
  ...mobilenetv3Builders,
  ...vitBuilders,
  ...swinBuilders,
  ...swinv2Builders,
};

/**
 * Builds a network.
 * @param name timm's id; a tag behind it changes nothing
 * @param options number of outputs (with several targets their sum) and input size in pixels
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE
 */
export function createModel(name: string, options: ModelOptions): Model {
  const info = architecture(name);
  checkSize(info, options);
  const build = builders[info.id];
  if (build === undefined) throw new Error(`${info.id} is listed and has no builder in src-main/models.`);
  return build(options);
}
