import { z } from 'zod';
import { datasetOptionsSchema, manifestSchema } from '../records/dataset.ts';
import { precisionSchema } from '../records/precision.ts';
import { memoryForecastSchema, memoryQuestionSchema } from '../records/memory-forecast.ts';
import { memoryPlanSchema } from '../records/memory-plan.ts';
import { predictionReportSchema } from '../records/prediction.ts';
import { previewReportSchema, previewSettingsSchema } from '../records/preview.ts';
import { probeQuestionSchema, probeResultSchema } from '../records/memory-probe.ts';
import { ratingsManifestSchema, ratingsOptionsSchema } from '../records/ratings.ts';
import {
  ratingsConfigSchema,
  ratingsEpochSchema,
  ratingsHeaderSchema,
  ratingsResultSchema,
} from '../records/ratings-run.ts';
import { runConfigSchema } from '../records/run-config.ts';
import { weightsAnswerSchema, weightsQuestionSchema } from './weights.ts';
import { epochLogSchema, runHeaderSchema, runResultSchema } from '../records/run-record.ts';
import { errorPayloadSchema } from './error-codes.ts';
import { ratingsLookSchema } from './recommender-views.ts';

/** What a worker process is asked to do. One job a process. `workspace` is an absolute path. */
export const jobSchema = z.discriminatedUnion('type', [
  /** Read and check a dataset; its manifest is written to the workspace and sent as the result. */
  z.object({
    type: z.literal('inspect'),
    dataset: z.string(),
    options: datasetOptionsSchema.default({}),
    workspace: z.string(),
  }),
  /** Draw the sample dataset into an empty or new folder. */
  z.object({
    type: z.literal('sample'),
    dest: z.string(),
    images: z.number().int().min(40).max(100_000),
    seed: z.number().int(),
  }),
  /** Draw a ratings dataset with planted factors and a known noise floor. */
  z.object({
    type: z.literal('collab-sample'),
    dest: z.string(),
    users: z.number().int(),
    items: z.number().int(),
    ratings: z.number().int(),
    seed: z.number().int(),
  }),
  /** Read and check a ratings file; what was found is kept in the workspace. */
  z.object({
    type: z.literal('collab-inspect'),
    ratings: z.string(),
    options: ratingsOptionsSchema.default({}),
    workspace: z.string(),
  }),
  /** Say of each path whether it is ratings, by its name and first lines. */
  z.object({
    type: z.literal('collab-look'),
    paths: z.array(z.string()).min(1).max(100),
    options: ratingsOptionsSchema.default({}),
  }),
  /** Write the best items for every user to a CSV file. Several runs predict their mean. */
  z.object({
    type: z.literal('collab-top'),
    workspace: z.string(),
    runIds: z.array(z.string()).min(1),
    n: z.number().int().min(1),
    out: z.string(),
  }),
  /** Train a recommender into `workspace/runs/<runId>/`. */
  z.object({
    type: z.literal('collab-train'),
    workspace: z.string(),
    runId: z.string(),
    name: z.string(),
    queue: z.string().nullable(),
    config: ratingsConfigSchema,
    /** Go on from the folder's checkpoint; where there is none the run begins anew in the same folder. */
    resume: z.boolean().optional(),
  }),
  /** Train one run into `workspace/runs/<runId>/`. */
  z.object({
    type: z.literal('train'),
    workspace: z.string(),
    runId: z.string(),
    name: z.string(),
    queue: z.string().nullable(),
    config: runConfigSchema,
    /** Go on from the folder's checkpoint; where there is none the run begins anew in the same folder. */
    resume: z.boolean().optional(),
    /** How it was made to fit, for its record. */
    memory: memoryPlanSchema.optional(),
  }),
  /** Predict pictures, files or folders with files, with one run or the weighted mean of several. Paths are absolute. */
  z.object({
    type: z.literal('predict'),
    workspace: z.string(),
    /** The run or ensemble, for the report. */
    source: z.string(),
    members: z.array(z.object({ run: z.string(), weight: z.number().positive() })).min(1),
    /** Null: all that the members share. */
    targets: z.array(z.string()).nullable(),
    pictures: z.array(z.string()).min(1),
    tta: z.boolean(),
    /** Classes to report of each target. */
    top: z.number().int().min(1),
  }),
  /** Draw one picture of a dataset as runs would see it, under several settings. */
  z.object({
    type: z.literal('preview'),
    dataset: z.string(),
    datasetOptions: datasetOptionsSchema.default({}),
    workspace: z.string(),
    id: z.string(),
    settings: previewSettingsSchema,
    /** Folder for the pictures; made when it is missing. */
    dest: z.string(),
  }),
  /** Unpack a zip into the workspace, unless that was done before. */
  z.object({ type: z.literal('unpack'), archive: z.string(), workspace: z.string() }),
  z.object({
    type: z.literal('model-forward'),
    arch: z.string(),
    size: z.string(),
    weights: z.string(),
    input: z.string(),
    output: z.string(),
  }),
  z.object({
    type: z.literal('model-grad'),
    arch: z.string(),
    size: z.string(),
    weights: z.string(),
    input: z.string(),
    output: z.string(),
  }),
  z.object({
    type: z.literal('bench-step'),
    arch: z.string(),
    size: z.string(),
    batch: z.number().int().positive(),
    steps: z.number().int().min(2),
    checkpointing: z.boolean(),
    precision: precisionSchema,
  }),
  /** Decode, presize and read back a dataset's pictures, cold then cached; reports images a second. */
  z.object({
    type: z.literal('bench-loader'),
    dataset: z.string(),
    size: z.string(),
    workspace: z.string(),
  }),
  /** Bring pretrained weights (`id.tag`) onto this machine. */
  z.object({ type: z.literal('fetch-weights'), names: z.array(z.string()).max(1000) }),
  /** Compare the names and shapes of weights with the architectures that are to start from them. */
  z.object({
    type: z.literal('check-weights'),
    workspace: z.string(),
    questions: z.array(weightsQuestionSchema).min(1),
  }),
  /** Predict the most memory that runs take, from their recorded graphs alone. */
  z.object({ type: z.literal('memory-forecast'), questions: z.array(memoryQuestionSchema).min(1) }),
  /** Train a few steps on the smallest class (on noise without a dataset) and read what they took. */
  z.object({
    type: z.literal('memory-probe'),
    question: probeQuestionSchema,
    dataset: z
      .object({ workspace: z.string(), path: z.string(), options: datasetOptionsSchema.default({}) })
      .nullable(),
  }),
  /** Load TensorFlow, train a tiny step, report versions and devices. */
  z.object({ type: z.literal('native-check') }),
]);
export type Job = z.infer<typeof jobSchema>;
export type JobOf<T extends Job['type']> = Extract<Job, { type: T }>;

/** The result that each kind of job ends with. */
export const jobResultSchemas = {
  inspect: z.object({ manifest: manifestSchema }),
  sample: z.object({ dest: z.string(), train: z.number(), test: z.number(), answers: z.string() }),
  'collab-sample': z.object({
    dest: z.string(),
    users: z.number(),
    items: z.number(),
    ratings: z.number(),
    noiseFloor: z.object({ rmse: z.number(), validRmse: z.number().nullable() }),
  }),
  'collab-inspect': z.object({ manifest: ratingsManifestSchema }),
  'collab-look': z.object({ looks: z.array(ratingsLookSchema) }),
  'collab-top': z.object({ path: z.string(), users: z.number().int(), rows: z.number().int() }),
  'collab-train': z.object({ runId: z.string(), result: ratingsResultSchema }),
  train: z.object({ runId: z.string(), result: runResultSchema }),
  predict: predictionReportSchema,
  preview: previewReportSchema,
  unpack: z.object({ folder: z.string(), files: z.number().int(), notes: z.array(z.string()) }),
  'model-forward': z.object({ output: z.string(), shape: z.array(z.number()) }),
  'model-grad': z.object({ output: z.string(), loss: z.number(), parameters: z.number() }),
  'bench-step': z.object({
    arch: z.string(),
    size: z.string(),
    batch: z.number(),
    checkpointing: z.boolean(),
    precision: precisionSchema,
    median_s: z.number(),
    min_s: z.number(),
    first_s: z.number(),
    peak_rss_mb: z.number(),
    /** Null without a card. */
    peak_card_mb: z.number().nullable(),
    record_ms: z.number(),
    graph_bytes: z.number(),
  }),
  'bench-loader': z.object({
    images: z.number(),
    cold_images_per_s: z.number(),
    cached_images_per_s: z.number(),
  }),
  'fetch-weights': z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['hub', 'package']),
        source: z.string(),
        sha256: z.string().nullable(),
        /** Of the values in float32. */
        bytes: z.number(),
      }),
    ),
  }),
  /** One answer a question, in their order. */
  'check-weights': z.object({ problems: z.array(weightsAnswerSchema) }),
  'memory-forecast': z.object({ forecasts: z.array(memoryForecastSchema) }),
  'memory-probe': probeResultSchema,
  'native-check': z.object({
    tensorflow: z.string(),
    devices: z.array(z.string()),
    loss: z.array(z.number()),
  }),
} as const satisfies Record<Job['type'], z.ZodType>;
export type JobResult<T extends Job['type']> = z.infer<(typeof jobResultSchemas)[T]>;

/** One optimizer step. */
export const stepPointSchema = z.object({
  /** Counts optimizer steps over the whole run. */
  step: z.number().int(),
  /** When it was done, milliseconds since 1970. */
  time: z.number(),
  /** Over all targets, each times its weight. */
  loss: z.number(),
  lr: z.number(),
  imagesPerSecond: z.number(),
  rssMb: z.number(),
  /** Of each target in turn, null where no picture of the batch has a label. */
  losses: z.array(z.number().nullable()),
  errors: z.array(z.number().nullable()),
});
export type StepPoint = z.infer<typeof stepPointSchema>;

/** Where a run stands. `step` counts optimizer steps over the whole run. */
export const stepFactsSchema = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  totalSteps: z.number().int(),
  loss: z.number(),
  lr: z.number(),
  imagesPerSecond: z.number(),
  rssMb: z.number(),
  etaSeconds: z.number().nullable(),
});

/** Where an earlier attempt at a run was left: finished epochs, steps of the next one, steps in all. */
const resumedSchema = z
  .object({ epoch: z.number().int(), windows: z.number().int(), step: z.number().int() })
  .nullable()
  .optional();

/** What a worker says while it works. The last message is always `done` or `failed`. */
export const workerEventSchema = z.discriminatedUnion('type', [
  /** `unit`: what is counted (pictures, steps, bytes); `total` null where it is not known yet. */
  z.object({
    type: z.literal('progress'),
    stage: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    unit: z.string(),
    perSecond: z.number().nullable(),
  }),
  /** One of several predictions, as soon as it is made. */
  z.object({ type: z.literal('memory-forecast'), forecast: memoryForecastSchema }),
  z.object({ type: z.literal('warning'), message: z.string() }),
  z.object({ type: z.literal('log'), message: z.string() }),
  /** config.json is on disk. */
  z.object({
    type: z.literal('run-started'),
    header: runHeaderSchema,
    resumed: resumedSchema,
  }),
  /** What a picture takes in a step with all layers, tried before the frozen epochs of a run. */
  z.object({ type: z.literal('full-pace'), secondsPerPicture: z.number() }),
  /** At most ten a second. */
  stepFactsSchema.extend({
    type: z.literal('step'),
    runId: z.string(),
    /** Every step since the event before, this one last. */
    points: z.array(stepPointSchema).optional(),
  }),
  z.object({ type: z.literal('epoch'), runId: z.string(), log: epochLogSchema }),
  /** The same two of a recommender. Its steps are told as pictures' are: a point each native call, `imagesPerSecond` counts ratings. */
  z.object({ type: z.literal('ratings-started'), header: ratingsHeaderSchema, resumed: resumedSchema }),
  z.object({ type: z.literal('ratings-epoch'), runId: z.string(), log: ratingsEpochSchema }),
  z.object({ type: z.literal('done'), result: z.unknown() }),
  z.object({ type: z.literal('failed'), error: errorPayloadSchema }),
]);
export type WorkerEvent = z.infer<typeof workerEventSchema>;

/** What main says to a worker after the job. */
export const workerCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: jobSchema }),
  /** Stop between two steps; the worker answers `failed` with CANCELLED. */
  z.object({ type: z.literal('cancel') }),
]);
export type WorkerCommand = z.infer<typeof workerCommandSchema>;
