import type { ArchitectureInfo } from '../../shared/architectures/types.ts';
import type { SafeTensor } from '../../shared/safetensors/index.ts';
import { type MatchedWeights, loadPretrained, matchWeights, readWeightsFile } from '../models/weights.ts';
import type { RecordedProgram } from './program/index.ts';

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
    return { source: 'none: trained from scratch', file: null };
  }
  if (choice === 'auto') {
    const { source, package: name, version } = info.pretrained!;
    return { source: `${source}:${name}==${version}`, file: await loadPretrained(info.id) };
  }
  return { source: choice, file: readWeightsFile(choice).tensors };
}

/** The starting weights as the program loads them. The head always starts fresh: its classes are this run's own. */
export function matchStartingWeights(
  { parameters, statistics }: RecordedProgram,
  { file }: StartingWeights,
): MatchedWeights {
  if (file === null) return { values: new Map(), missing: [], unexpected: [] };
  return matchWeights(parameters, statistics, file, { head: 'replace' });
}
