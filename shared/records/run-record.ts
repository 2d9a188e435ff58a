import { z } from 'zod';
import { errorPayloadSchema } from '../ipc/error-codes.ts';
import { memoryPlanSchema } from './memory-plan.ts';
import { runConfigSchema } from './run-config.ts';
import { emptyNotes, runNotesSchema } from './run-notes.ts';

/** Loss and error rate of one target. */
export const targetFiguresSchema = z.object({
  name: z.string(),
  /** Mean over the labelled training pictures, as they were learnt from: augmented, and with label smoothing where it is on. */
  trainLoss: z.number().nullable(),
  /** Of the same pictures, before the step that each belongs to. Absent in records of older versions. */
  trainErrorRate: z.number().nullable().optional(),
  validLoss: z.number(),
  errorRate: z.number(),
});

/** One line of `epochs.jsonl`. `epoch` counts from 1 over frozen and full epochs together. */
export const epochLogSchema = z.object({
  version: z.literal(1),
  epoch: z.number().int().min(1),
  phase: z.enum(['frozen', 'full']),
  /** Sums over targets, each times its weight. */
  trainLoss: z.number(),
  validLoss: z.number(),
  /** Of the first target. */
  errorRate: z.number(),
  targets: z.array(targetFiguresSchema).min(1),
  /** The head's learning rate at the epoch's last step. */
  lr: z.number(),
  /** Optimizer steps so far. */
  step: z.number().int(),
  trainSeconds: z.number(),
  validSeconds: z.number(),
  /** Training images a second, validation apart. */
  imagesPerSecond: z.number(),
  peakRssMb: z.number(),
  /** What the worker took of its card, MiB; absent or null without one. */
  peakCardMb: z.number().nullable().optional(),
  /** ISO 8601. */
  time: z.string(),
});
export type EpochLog = z.infer<typeof epochLogSchema>;

/** What a run started from. */
export const runWeightsSchema = z.object({
  /** From scratch, the hub, a Python package, a file, a finished run. Absent in records of older versions. */
  kind: z.enum(['scratch', 'hub', 'package', 'file', 'run']).optional(),
  /** In words. */
  source: z.string(),
  /** SHA-256 of the hub's file, hex; absent or null where the weights came from elsewhere. */
  sha256: z.string().nullable().optional(),
  /** Parameters of the network that the source lacks, or that started afresh: the head. */
  missing: z.array(z.string()),
  /** What the source has and the network does not. */
  unexpected: z.array(z.string()),
});
export type RunWeights = z.infer<typeof runWeightsSchema>;

/** Whether a run started from no weights. Older records say so in the words of `source` alone. */
export function startedFromScratch({ kind, source }: Pick<RunWeights, 'kind' | 'source'>): boolean {
  return kind === undefined ? source.startsWith('none') : kind === 'scratch';
}

/** `config.json`: the resolved config and all that is known before the first step. */
export const runHeaderSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  /** Runs of one `granary queue` share it. */
  queue: z.string().nullable(),
  created: z.string(),
  config: runConfigSchema,
  datasetHash: z.string(),
  datasetName: z.string(),
  /** Classes of each trained target, in output order. */
  targets: z.array(z.object({ name: z.string(), classes: z.array(z.string()).min(2) })).min(1),
  counts: z.object({ train: z.number(), valid: z.number(), holdout: z.number(), test: z.number() }),
  /** SHA-256 of the validation ids: results are only comparable when it is the same. */
  validHash: z.string(),
  microBatch: z.number().int(),
  /** How the latest start was made to fit the memory; absent where nothing was planned. */
  memory: memoryPlanSchema.optional(),
  stepsPerEpoch: z.number().int(),
  /** SHA-256 of the recorded graph. */
  graphHash: z.string(),
  parameters: z.number().int(),
  /** Where the weights came from, and what was not loaded (the head). */
  weights: runWeightsSchema,
  /** Things that the user should know: batch normalisation with accumulation, classes without validation pictures … */
  warnings: z.array(z.string()),
  versions: z.object({ granary: z.string(), node: z.string(), tensorflow: z.string() }),
  device: z.string(),
});
export type RunHeader = z.infer<typeof runHeaderSchema>;

/** Figures on one set of pictures, for one target. */
export const setFiguresSchema = z.object({
  target: z.string(),
  images: z.number().int(),
  loss: z.number(),
  errorRate: z.number(),
  /** Null when test-time augmentation was switched off. */
  ttaLoss: z.number().nullable(),
  ttaErrorRate: z.number().nullable(),
});

/** Error of all targets together: a picture is right when it is right in each. */
export const exactMatchSchema = z.object({
  images: z.number().int(),
  errorRate: z.number(),
  /** Null when test-time augmentation was switched off. */
  ttaErrorRate: z.number().nullable(),
});

/** The result of a run of any kind that came to no end of its own. */
export const unfinishedResultSchema = z.object({
  version: z.literal(1),
  status: z.enum(['failed', 'cancelled']),
  error: errorPayloadSchema,
  finished: z.string(),
});

/** `result.json`: written once, last. A folder without it did not finish. */
export const runResultSchema = z.discriminatedUnion('status', [
  z.object({
    version: z.literal(1),
    status: z.literal('finished'),
    /** Plain and TTA figures, per target. */
    valid: z.array(setFiguresSchema).min(1),
    holdout: z.array(setFiguresSchema),
    /** Several targets: share of pictures with a label in all of them that are wrong in at least one. */
    exactMatch: z
      .object({ valid: exactMatchSchema.nullable(), holdout: exactMatchSchema.nullable() })
      .optional(),
    /** Best validation error rate of the first target, and the epoch that had it. */
    best: z.object({ epoch: z.number().int(), errorRate: z.number() }),
    epochs: z.number().int(),
    /** Steps run as one native call, and op by op from JavaScript (always 0). */
    compiledSteps: z.number().int(),
    eagerSteps: z.number().int(),
    seconds: z.number(),
    peakRssMb: z.number(),
    peakCardMb: z.number().nullable().optional(),
    finished: z.string(),
  }),
  unfinishedResultSchema,
]);
export type RunResult = z.infer<typeof runResultSchema>;

/**
 * A run's state as read from its folder. `running`: its worker's process lives; `interrupted`: config without result and
 * no live worker (killed, power loss). States before a folder exists belong to the queue.
 */
export const runStateSchema = z.enum([
  'running',
  'finished',
  'failed',
  'cancelled',
  'interrupted',
  'unreadable',
]);
export type RunState = z.infer<typeof runStateSchema>;

/** What lists and tables show of a run. */
export const runSummarySchema = z.object({
  id: z.string(),
  state: runStateSchema,
  header: runHeaderSchema.nullable(),
  epochs: z.array(epochLogSchema),
  result: runResultSchema.nullable(),
  /** What people say of it. */
  notes: runNotesSchema.default(emptyNotes),
  /** Why it is unreadable, where it is. */
  problem: z.string().nullable(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;
