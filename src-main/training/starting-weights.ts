import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { weightsOf } from '../../shared/architectures/index.ts';
import {
  type RunHeader,
  type RunWeights,
  runHeaderSchema,
  startedFromScratch,
} from '../../shared/records/run-record.ts';
import type { SafeTensor } from '../../shared/safetensors/index.ts';
import { parseWeightsChoice } from '../../shared/weights-choice.ts';
import { layout } from '../../shared/workspace-layout.ts';
import type { Initializer } from '../models/context.ts';
import { type MatchedWeights, findPretrained, matchWeights, readWeightsFile } from '../models/weights.ts';
import type { RecordedProgram } from './program/index.ts';
import type { RunDesk } from './run-output.ts';

/** What a run starts from. */
export interface StartingWeights {
  kind: NonNullable<RunWeights['kind']>;
  /** In words, for the run's record. */
  source: string;
  /** SHA-256 of the hub's file, hex; null: from elsewhere. */
  sha256: string | null;
  /** timm's names and layout; null: from scratch. */
  file: ReadonlyMap<string, SafeTensor> | null;
  /** The run that the weights are of; null: they are no run's, or its record cannot be read. */
  run: RunHeader | null;
}

/** Where weights are looked for, how fetching them is heard, and how it is stopped. */
export interface WeightsSurroundings {
  /** Holds the runs that `run:<id>` names. */
  workspace?: string;
  tell?: RunDesk['tell'];
  signal?: AbortSignal;
}

/**
 * Finds the weights that a config asks for: `auto` are the pretrained ones of the architecture's tag, `none` is from scratch, `run:<id>`
 * are a finished run's, anything else is the path of a file under timm's names.
 * @param arch timm's id, with or without a tag
 * @throws GranaryError WEIGHTS_NOT_FOUND, SAFETENSORS_INVALID, PICKLE_REFUSED, PICKLE_INVALID, and those of the download. Weights that
 *   were asked for and cannot be had never become none.
 */
export async function startingWeights(
  arch: string,
  choice: string,
  around: WeightsSurroundings = {},
): Promise<StartingWeights> {
  const wanted = parseWeightsChoice(choice);
  switch (wanted.type) {
    case 'none':
      return { kind: 'scratch', source: 'none: trained from scratch', sha256: null, file: null, run: null };
    case 'auto': {
      const { tensors, ...found } = await findPretrained(arch, fetching(arch, around));
      return { ...found, file: tensors, run: null };
    }
    case 'run':
      return weightsOfRun(wanted.id, around.workspace);
    case 'file':
      return {
        ...{ kind: 'file', source: choice, sha256: null, run: null },
        file: readWeightsFile(choice).tensors,
      };
  }
}

/** What the record of a run that goes on says of its weights. Their values are in its checkpoint. */
export function resumedWeights(recorded: RunWeights): StartingWeights {
  const { kind = startedFromScratch(recorded) ? 'scratch' : 'file', source, sha256 = null } = recorded;
  return { kind, source, sha256, file: null, run: null };
}

/** A download as progress of the run. */
function fetching(arch: string, { tell, signal }: WeightsSurroundings) {
  const { info, tag } = weightsOf(arch);
  const began = performance.now();
  return {
    signal,
    onProgress: (done: number, total: number) =>
      tell?.({
        ...{ type: 'progress', stage: `fetching weights ${info.id}.${tag.tag}`, unit: 'bytes', done, total },
        perSecond: done / Math.max(0.001, (performance.now() - began) / 1000),
      }),
  };
}

function weightsOfRun(id: string, workspace: string | undefined): StartingWeights {
  if (workspace === undefined) throw new Error('Weights of a run need the workspace that it lies in.');
  const folder = join(workspace, layout.runs, id);
  const { tensors } = readWeightsFile(join(folder, layout.run.weights));
  return {
    ...{ kind: 'run', source: `run:${id}`, sha256: null, file: tensors },
    run: headerOf(join(folder, layout.run.config)),
  };
}

function headerOf(path: string): RunHeader | null {
  try {
    return runHeaderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/**
 * The starting weights as the program loads them. The head always starts fresh, because its classes are this run's own: at zero, as
 * in BiT (Kolesnikov et al. 2019). All classes are then equally probable at first; timm's own start for EfficientNet gives a
 * head of eight classes logits so large that the first epoch goes into unlearning them.
 */
export function matchStartingWeights(
  { parameters, statistics }: Pick<RecordedProgram, 'parameters' | 'statistics'>,
  { file }: Pick<StartingWeights, 'file'>,
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
