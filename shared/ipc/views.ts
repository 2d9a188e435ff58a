import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { stepFactsSchema, stepPointSchema } from './job.ts';
import { datasetOptionsSchema, manifestSchema } from '../records/dataset.ts';
import { memoryPlanSchema } from '../records/memory-plan.ts';
import { precisionSchema } from '../records/precision.ts';
import { queueItemSchema } from '../records/queue.ts';
import { ratingsEpochSchema } from '../records/ratings-run.ts';
import { resizeMethodSchema } from '../records/run-config.ts';
import { runColorSchema } from '../records/run-notes.ts';
import { errorPayloadSchema } from './error-codes.ts';
import { missingWeightsSchema } from './weights.ts';
import { epochLogSchema, runStateSchema } from '../records/run-record.ts';

/** What the window needs of a manifest: everything but the list of pictures, which may be long. */
export const datasetSummarySchema = manifestSchema
  .omit({ train: true, test: true, sampleSubmission: true, copies: true })
  .extend({
    /** The path that was dropped or chosen; runs name it as their dataset. */
    path: z.string(),
    options: datasetOptionsSchema,
    trainCount: z.number().int(),
    testCount: z.number().int(),
    /** Groups of exact copies. */
    copyGroups: z.number().int(),
    /** A few ids of test pictures. */
    testExamples: z.array(z.string()),
    submission: z.object({ path: z.string(), rows: z.number().int() }).nullable(),
  });
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** One line of the preview: a run that a grid would make. */
export const runPreviewSchema = z.object({
  name: z.string(),
  arch: z.string(),
  resize: resizeMethodSchema,
  size: imageSizeSchema,
  presize: imageSizeSchema,
  frozenEpochs: z.number().int(),
  epochs: z.number().int(),
  /** Whole wherever the run can be trained; an accumulation that does not divide the batch is a problem, told below. */
  microBatch: z.number(),
  accum: z.number().int(),
  batchSize: z.number().int(),
  /** `accum` is only the least: the planner raises it where memory asks for it. */
  autoAccum: z.boolean(),
  checkpointing: z.boolean(),
  precision: precisionSchema,
  /** Targets that are trained; empty: the dataset's first. */
  targets: z.array(z.string()),
  /** How long it will take; null where nothing like it has been measured. */
  seconds: z.number().nullable(),
  /** Why this combination cannot be trained: it is kept as skipped. Null where it can. */
  problem: errorPayloadSchema.nullable(),
});
export type RunPreview = z.infer<typeof runPreviewSchema>;

/** What a grid would make. */
export const gridPreviewSchema = z.object({
  runs: z.array(runPreviewSchema),
  /** Pretrained weights that are to be fetched before they can start. */
  missingWeights: z.array(missingWeightsSchema),
});
export type GridPreview = z.infer<typeof gridPreviewSchema>;

/** One row of the runs table: all that lists, filters and plots of runs need, without the epochs. */
export const runRowSchema = z.object({
  /** What it was trained on: runs of different kinds have other settings and other figures. */
  kind: z.enum(['pictures', 'ratings']).default('pictures'),
  id: z.string(),
  /** What people called it, or else its own name. */
  name: z.string(),
  state: runStateSchema,
  created: z.string().nullable(),
  /** Runs of one queue share it. */
  queue: z.string().nullable(),
  dataset: z.string().nullable(),
  /** Rows with the same hash have the same hold-out. */
  datasetHash: z.string().nullable(),
  /** Rows with the same hash were judged on the same validation pictures. */
  validHash: z.string().nullable(),
  epochsDone: z.number().int(),
  epochsPlanned: z.number().int().nullable(),
  seconds: z.number().nullable(),
  /** Highest resident memory of the worker so far, MiB. */
  peakRssMb: z.number().nullable(),
  /** What it took of its card, MiB; null without one. */
  peakCardMb: z.number().nullable(),
  parameters: z.number().int().nullable(),
  problem: z.string().nullable(),
  tags: z.array(z.string()),
  note: z.string(),
  archived: z.boolean(),
  /** A number of the palette (1 to 8) or #rrggbb; the same wherever the run is drawn. */
  color: runColorSchema,
  /** Its settings one level deep (run-table/settings.ts); empty where the config cannot be read. */
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Figures of each target by id (run-table/figures.ts), in the order of the targets. */
  targets: z.array(z.object({ target: z.string(), figures: z.record(z.string(), z.number()) })),
});
export type RunRow = z.infer<typeof runRowSchema>;

/** The queue in its order, and the seconds until it is empty where they can be predicted. */
export const queueViewSchema = z.object({
  items: z.array(queueItemSchema),
  etaSeconds: z.number().nullable(),
  /** Why nothing starts; null while the queue goes on. */
  paused: z.string().nullable(),
});
export type QueueView = z.infer<typeof queueViewSchema>;

/** How a queue came out, once its last run has ended. */
export const queueOutcomeSchema = z.object({
  queue: z.string(),
  /** `failed`: at least one run failed. */
  state: z.enum(['finished', 'failed']),
  finished: z.number().int(),
  failed: z.number().int(),
  /** Cancelled, interrupted or skipped. */
  others: z.number().int(),
});
export type QueueOutcome = z.infer<typeof queueOutcomeSchema>;

/** What main remembers of a run while it trains, so that a window that opens late has the whole curve. */
export const liveRunSchema = z.object({
  runId: z.string(),
  /** Thinned evenly when a run is long. Figures are one step's, not smoothed. */
  steps: z.array(stepPointSchema),
  /** Names of the targets, in the order of the steps' figures. */
  targets: z.array(z.string()),
  latest: stepFactsSchema.nullable(),
  epochs: z.array(epochLogSchema),
  /** A recommender's epochs; `epochs` and `targets` are empty then. */
  ratingsEpochs: z.array(ratingsEpochSchema),
  /** What the worker does now, where it is not stepping: decoding pictures, predicting. */
  stage: z
    .object({
      stage: z.string(),
      done: z.number(),
      total: z.number().nullable(),
      unit: z.string(),
      perSecond: z.number().nullable(),
    })
    .nullable(),
  warnings: z.array(z.string()),
  stepsPerEpoch: z.number().int().nullable(),
  /** How its latest process was made to fit; null where nothing was planned, or nothing began yet. */
  memory: memoryPlanSchema.nullable(),
});
export type LiveRun = z.infer<typeof liveRunSchema>;

/** The workspace in use. `attached`: another Granary process trains in it, and this window only reads. */
export const workspaceStateSchema = z.object({
  path: z.string(),
  mode: z.enum(['owner', 'attached']),
  /** Who holds it, in words; null when this process does. */
  holder: z.string().nullable(),
  /** Its folder is not there any more: moved, deleted, or its disk was taken out. */
  gone: z.boolean(),
});
export type WorkspaceState = z.infer<typeof workspaceStateSchema>;

/** A run on the ensemble's bench: its own error rates on the hold-out, or on its own validation pictures where it kept none. */
export const ensembleMemberSchema = z.object({
  run: z.string(),
  /** Why it cannot take part; null when it can. */
  problem: errorPayloadSchema.nullable(),
  targets: z.array(
    z.object({
      name: z.string(),
      classes: z.number().int(),
      judgedOn: z.enum(['holdout', 'valid']),
      plain: z.number().nullable(),
      /** Null when the run was trained without test-time augmentation: its plain probabilities stand in then. */
      tta: z.number().nullable(),
    }),
  ),
  /** Whether it predicted test pictures, which a submission needs. */
  hasTest: z.boolean(),
});
export type EnsembleMember = z.infer<typeof ensembleMemberSchema>;

/** An ensemble that is being tried. One weight above 0 a run, in their order. */
export const ensembleDraftSchema = z.object({
  runs: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/))
    .min(1)
    .max(500),
  weights: z.array(z.number().positive().max(1e6)).min(1).max(500),
  /** Null: all that every run predicts. */
  targets: z.array(z.string()).nullable(),
  probabilities: z.enum(['plain', 'tta']),
});
export type EnsembleDraft = z.infer<typeof ensembleDraftSchema>;

/** The beginning of a submission, as lines of its file. */
export const submissionPreviewSchema = z.object({
  head: z.string(),
  rows: z.array(z.string()),
  total: z.number().int(),
  /** The sample submission whose order and columns are kept; null: every test picture, by id. */
  sample: z.string().nullable(),
});
export type SubmissionPreview = z.infer<typeof submissionPreviewSchema>;

/** Which of a run's predictions are looked at. */
export const predictionChoiceSchema = z.object({
  target: z.string(),
  pictures: z.enum(['holdout', 'valid']),
  probabilities: z.enum(['plain', 'tta']),
});
export type PredictionChoice = z.infer<typeof predictionChoiceSchema>;

/** What a run confuses with what; `confusion` is [true class][predicted class]. */
export const runConfusionSchema = z.object({
  run: z.string(),
  /** Why there is none; null when there is. */
  problem: z.string().nullable(),
  classes: z.array(z.string()),
  images: z.number().int(),
  errorRate: z.number().nullable(),
  confusion: z.array(z.array(z.number().int())),
});
export type RunConfusion = z.infer<typeof runConfusionSchema>;

/** Pictures that runs tell apart differently, those that they are surest about first. */
export const disagreementsSchema = z.object({
  /** Pictures that all of these runs predicted. */
  images: z.number().int(),
  /** Those on which not all say the same. */
  disagreeing: z.number().int(),
  runs: z.array(z.string()),
  rows: z.array(
    z.object({
      id: z.string(),
      /** Null where the label is missing. */
      truth: z.string().nullable(),
      /** What each run says, in their order. */
      votes: z.array(z.object({ label: z.string(), probability: z.number() })),
    }),
  ),
});
export type Disagreements = z.infer<typeof disagreementsSchema>;
