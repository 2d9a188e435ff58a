import type { ArchitectureInfo } from '../../shared/architectures/types.ts';
import type { SafeTensor } from '../../shared/safetensors/index.ts';
import type { Initializer } from '../models/context.ts';
import { type MatchedWeights, loadPretrained, matchWeights, readWeightsFile } from '../models/weights.ts';
import type { RecordedProgram } from './program/index.ts';

/** The source of a run that starts from no weights. */
export const FROM_SCRATCH = 'none: trained from scratch';

/** What a run starts from. */
export interface StartingWeights {
  /** In words, for the run's record. */
  source: string;
  /** timm's names and layout; null: from scratch. */
  file: ReadonlyMap<string, SafeTensor> | null;
}

/**
 * Finds the weights that a config asks for: `auto` are the pretrained ones where the architecture has some that can be had here,
 * `none` is from scratch, anything else is the path of a safetensors file under timm's names.
 * @throws GranaryError WEIGHTS_NOT_FOUND, SAFETENSORS_INVALID, and those of the download
 */
export async function startingWeights(info: ArchitectureInfo, choice: string): Promise<StartingWeights> {
  if (choice === 'none' || (choice === 'auto' && info.pretrained === null)) {
    return { source: FROM_SCRATCH, file: null };
  }
  if (choice === 'auto') {
    const { source, package: name, version } = info.pretrained!;
    return { source: `${source}:${name}==${version}`, file: await loadPretrained(info.id) };
  }
  return { source: choice, file: readWeightsFile(choice).tensors };
}

/**
 * The starting weights as the program loads them. The head always starts fresh, because its classes are this run's own: at zero, as
 * in BiT (Kolesnikov et al. 2019). All classes are then equally probable at first; timm's own start for EfficientNet gives a
 * head of eight classes logits so large that the first epoch goes into unlearning them.
 */
export function matchStartingWeights(
  { parameters, statistics }: Pick<RecordedProgram, 'parameters' | 'statistics'>,
  { file }: StartingWeights,
): MatchedWeights {
  if (file === null) return { values: new Map(), missing: [], unexpected: [] };
  const matched = matchWeights(parameters, statistics, file, { head: 'replace' });
  const fresh = new Set(matched.missing);
  for (const { name, shape, initializer } of parameters) {
    if (!fresh.has(name) || !RANDOM_STARTS.has(initializer.type)) continue;
    matched.values.set(name, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  }
  return matched;
}

const RANDOM_STARTS: ReadonlySet<Initializer['type']> = new Set(['normal', 'truncated-normal', 'uniform']);
