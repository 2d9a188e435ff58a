import { z } from 'zod';
import { datasetOptionsSchema } from '../records/dataset.ts';
import { gridSchema } from '../records/grid.ts';
import { preferencesChangeSchema, preferencesSchema } from '../records/preferences.ts';
import { queueCommandSchema, queueItemSchema, runIdSchema as runId } from '../records/queue.ts';
import { ratingsGridSchema } from '../records/ratings-grid.ts';
import { ratingsRunSchema } from '../records/ratings-run.ts';
import { runNotesPatchSchema, runNotesSchema } from '../records/run-notes.ts';
import { runSummarySchema } from '../records/run-record.ts';
import { predictionReportSchema } from '../records/prediction.ts';
import { previewReportSchema, previewSettingsSchema } from '../records/preview.ts';
import type { ChannelName, NewsName } from './channel-names.ts';
import { cacheNameSchema, cacheSchema, intakeKindSchema, predictSourceSchema } from './data-views.ts';
import { errorPayloadSchema } from './error-codes.ts';
import { jobResultSchemas, workerEventSchema } from './job.ts';
import { fitAnswerSchema, memorySettingsChangeSchema, memorySettingsViewSchema } from './memory-views.ts';
import { machineSampleSchema } from './machine-views.ts';
import { attemptSchema } from '../records/attempts.ts';
import { fitQuestionSchema } from '../records/memory-fit.ts';
import { runCurvesSchema } from '../run-table/curves.ts';
import { ensembleFiguresSchema, ensembleSchema } from '../records/ensemble.ts';
import { tileSize } from '../picture-address.ts';
import {
  MOST_READ,
  PAGE,
  copyGroupsSchema,
  crossTableSchema,
  datasetHashSchema,
  pictureAddressSchema,
  pictureFilterSchema,
  picturePageSchema,
  readPictureSchema,
} from './pictures.ts';
import {
  findItemsQuestionSchema,
  foundItemsSchema,
  ratingsLookSchema,
  ratingsQuestionSchema,
  ratingsSummarySchema,
  reasonsQuestionSchema,
  reasonsViewSchema,
  recommenderQuestionSchema,
  recommenderViewSchema,
  similarQuestionSchema,
  similarViewSchema,
  togetherSchema,
  topExportQuestionSchema,
  userQuestionSchema,
  userViewSchema,
  ratingsPreviewSchema,
} from './recommender-views.ts';
import { cachedWeightsSchema } from './weights.ts';
import { setUpStateSchema } from './set-up.ts';
import {
  datasetSummarySchema,
  disagreementsSchema,
  ensembleDraftSchema,
  ensembleMemberSchema,
  gridPreviewSchema,
  liveRunSchema,
  predictionChoiceSchema,
  queueOutcomeSchema,
  queueViewSchema,
  runConfusionSchema,
  runRowSchema,
  submissionPreviewSchema,
  workspaceStateSchema,
} from './views.ts';

const nothing = z.undefined();
/** Paths come from dialogs and drops; a length limit keeps a broken sender from filling memory. */
const path = z.string().min(1).max(4096);

const runIds = z.array(runId).max(10_000);

/** What the window may ask main, and what it gets. Inputs are parsed in main, outputs in the window. */
export const channels = {
  'app:state': {
    input: nothing,
    output: z.object({
      version: z.string(),
      workspace: workspaceStateSchema,
      /** True once after the window crashed and was loaded anew. */
      recovered: z.boolean(),
      /** Something about the start that is to be told once, such as that the remembered workspace was not there. */
      notice: z.string().nullable(),
      versions: z.object({ electron: z.string(), chrome: z.string(), node: z.string() }),
    }),
  },
  /** Lets the user pick another workspace folder; null when they changed their mind. */
  'workspace:choose': { input: nothing, output: workspaceStateSchema.nullable() },
  /** The views that there are, for the native menu; each entry's command is `view.ID`. */
  'menu:views': {
    input: z
      .array(
        z.object({
          id: z.string().regex(/^[a-z][a-z-]{0,39}$/),
          title: z.string().min(1).max(60),
          digit: z
            .string()
            .regex(/^[0-9]$/)
            .optional(),
        }),
      )
      .max(20),
    output: z.null(),
  },
  'setup:state': { input: nothing, output: setUpStateSchema },
  /** Once more, after it failed. */
  'setup:start': { input: nothing, output: z.null() },
  'preferences:read': { input: nothing, output: preferencesSchema },
  'preferences:write': { input: preferencesChangeSchema, output: preferencesSchema },
  'dataset:choose': { input: nothing, output: z.string().nullable() },
  /** Reads and checks a dataset. One at a time: a second call stops the first. */
  'dataset:inspect': {
    input: z.object({ path, options: datasetOptionsSchema.default({}) }),
    output: datasetSummarySchema,
  },
  'dataset:stop': { input: nothing, output: z.null() },
  /** Draws the sample dataset into the workspace, unless it is there already. */
  'dataset:draw-sample': {
    input: z.object({ images: z.number().int().min(40).max(20_000), seed: z.number().int() }),
    output: z.object({ path: z.string() }),
  },
  /** Whether the dataset's folder is still where it was. */
  'dataset:present': { input: z.object({ hash: datasetHashSchema }), output: z.boolean() },
  /** One page of a dataset's pictures. */
  'dataset:pictures': {
    input: z.object({
      hash: datasetHashSchema,
      filter: pictureFilterSchema.prefault({}),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(PAGE),
    }),
    output: picturePageSchema,
  },
  /** How often each class of one target meets each of another. */
  'dataset:cross-table': {
    input: z.object({ hash: datasetHashSchema, rows: z.string(), columns: z.string() }),
    output: crossTableSchema,
  },
  /** Groups of pictures with the same bytes. */
  'dataset:copies': { input: z.object({ hash: datasetHashSchema }), output: copyGroupsSchema },
  /** Many small pictures at once: with `make`, those that no cache holds are made, as far as the time of one answer goes. */
  'pictures:read': {
    input: z.object({
      addresses: z.array(pictureAddressSchema.extend({ size: z.literal(tileSize) })).max(MOST_READ),
      make: z.boolean(),
    }),
    output: z.array(readPictureSchema).max(MOST_READ),
  },
  /** Pictures that scrolled away before they were made. Returns how many requests were dropped. */
  'pictures:cancel': {
    input: z.object({ addresses: z.array(pictureAddressSchema).max(2000) }),
    output: z.number().int(),
  },
  /** Draws one picture as runs would see it. A second call stops the first. */
  'dataset:preview': {
    input: z.object({
      dataset: path,
      options: datasetOptionsSchema.default({}),
      hash: datasetHashSchema,
      id: z.string().min(1).max(4096),
      settings: previewSettingsSchema,
    }),
    /** The source that the files are served under. */
    output: previewReportSchema.omit({ dest: true }).extend({ source: z.string() }),
  },
  /** What dropped or chosen paths are, so that the page knows whom to give them to. */
  'intake:look': {
    input: z.object({ paths: z.array(path).min(1).max(10_000) }),
    output: z.array(z.object({ path: z.string(), kind: intakeKindSchema })),
  },
  /** What can predict: finished runs and ensembles, the newest first. */
  'predict:sources': { input: nothing, output: z.array(predictSourceSchema) },
  /** Lets the user pick pictures; null when they changed their mind. */
  'predict:choose': { input: nothing, output: z.array(z.string()).nullable() },
  'predict:run': {
    input: z.object({
      source: z.string().min(1).max(300),
      paths: z.array(path).min(1).max(10_000),
      tta: z.boolean(),
    }),
    /** `pictures`: the source that the pictures are served under, by their path as id. */
    output: z.object({ report: predictionReportSchema, pictures: z.string() }),
  },
  'predict:stop': { input: nothing, output: z.null() },
  /** Writes the last prediction as a table where the user says; null when they changed their mind. */
  'predict:save-table': { input: nothing, output: z.string().nullable() },
  'caches:list': { input: nothing, output: z.array(cacheSchema) },
  'caches:clear': { input: z.object({ name: cacheNameSchema }), output: z.array(cacheSchema) },
  /** Shows the workspace in the system's file manager. */
  'workspace:reveal': { input: nothing, output: z.null() },
  'ratings:choose': { input: nothing, output: z.string().nullable() },
  'ratings:choose-titles': { input: nothing, output: z.string().nullable() },
  /** A file's columns and what they seem to be, or the ratings file that a folder has, without reading it whole. */
  'ratings:look': { input: ratingsQuestionSchema, output: ratingsLookSchema },
  /** Reads and checks a ratings file. One at a time: a second call stops the first. */
  'ratings:inspect': { input: ratingsQuestionSchema, output: ratingsSummarySchema },
  'ratings:stop': { input: nothing, output: z.null() },
  /** Draws the sample ratings into the workspace, unless they are there already. */
  'ratings:draw-sample': { input: nothing, output: z.object({ path: z.string() }) },
  /** What a finished recommender has learnt of its items. */
  'recommender:view': { input: recommenderQuestionSchema, output: recommenderViewSchema },
  'recommender:find': { input: findItemsQuestionSchema, output: foundItemsSchema },
  'recommender:similar': { input: similarQuestionSchema, output: similarViewSchema },
  'recommender:user': { input: userQuestionSchema, output: userViewSchema },
  'recommender:reasons': { input: reasonsQuestionSchema, output: reasonsViewSchema },
  /** The mean of several recommenders, judged on their common validation ratings. */
  'recommender:together': {
    input: z.object({ runIds: z.array(runId).min(1).max(50) }),
    output: togetherSchema,
  },
  /** Writes the best items for every user where the user says; null when they changed their mind. */
  'recommender:export-top': {
    input: topExportQuestionSchema,
    output: z.object({ path: z.string(), users: z.number().int(), rows: z.number().int() }).nullable(),
  },
  /** The files that were written into the folder that the user chose. */
  'recommender:export-embeddings': { input: z.object({ runId }), output: z.array(z.string()).nullable() },
  /** The recommenders that a sweep would make, and how long they will take together where that can be told. */
  'ratings:preview': {
    input: ratingsQuestionSchema.extend({ grid: ratingsGridSchema }),
    output: z.object({ runs: z.array(ratingsPreviewSchema), seconds: z.number().nullable() }),
  },
  /** Queues them, in the queue of all runs. */
  'ratings:enqueue': {
    input: ratingsQuestionSchema.extend({ grid: ratingsGridSchema }),
    output: z.array(queueItemSchema),
  },
  /** Pretrained weights that this machine has. */
  'weights:cached': { input: nothing, output: z.array(cachedWeightsSchema) },
  /** Lets the user pick a file of weights; null when they changed their mind. */
  'weights:choose': { input: nothing, output: z.string().nullable() },
  /** Fetches pretrained weights (`id.tag`) onto this machine, one after another. One fetch at a time: a second call stops the first. */
  'weights:fetch': {
    input: z.object({ names: z.array(z.string().min(1).max(200)).min(1).max(1000) }),
    output: jobResultSchemas['fetch-weights'].shape.weights,
  },
  'weights:stop-fetching': { input: nothing, output: z.null() },
  'grid:preview': {
    input: z.object({ dataset: path, options: datasetOptionsSchema.default({}), grid: gridSchema }),
    output: gridPreviewSchema,
  },
  /**
   * How runs would fit the memory, in their order; what is not known yet is learnt behind, in that order too, and what was asked
   * before is let go.
   */
  'memory:fits': {
    input: z.object({ questions: z.array(fitQuestionSchema).max(1200) }),
    output: z.array(fitAnswerSchema),
  },
  /** The last hour of the machine's memory, load and cards, the oldest first. */
  'machine:history': { input: nothing, output: z.array(machineSampleSchema) },
  'memory:settings': { input: nothing, output: memorySettingsViewSchema },
  'memory:change': { input: memorySettingsChangeSchema, output: memorySettingsViewSchema },
  /** Writes a grid file where the user says; its path, or null when they changed their mind. */
  'grid:save': { input: z.object({ grid: gridSchema }), output: z.string().nullable() },
  /** Reads a grid file that the user picks. */
  'grid:load': { input: nothing, output: z.object({ path: z.string(), grid: gridSchema }).nullable() },
  'queue:add': {
    input: z.object({ dataset: path, options: datasetOptionsSchema.default({}), grid: gridSchema }),
    output: z.array(queueItemSchema),
  },
  'queue:list': { input: nothing, output: queueViewSchema },
  /** Pauses, resumes, reorders, skips, retries, duplicates, cancels, clears: also in a queue that another process holds. */
  'queue:perform': { input: queueCommandSchema, output: z.null() },
  /** Trains a run once more from its own config, under a new id. */
  'queue:again': { input: z.object({ runId }), output: queueItemSchema },
  /** Queues everything that was interrupted, in its old order. */
  'queue:resume': { input: nothing, output: z.array(queueItemSchema) },
  'runs:list': { input: nothing, output: z.array(runRowSchema) },
  /** Rows of these runs alone; one that is gone is not among them. */
  'runs:rows': { input: z.object({ runIds }), output: z.array(runRowSchema) },
  /** Changes what people say of runs: names, tags, notes, archived, colours. Answers what each was and is, so that it can be undone. */
  'runs:note': {
    input: z.object({
      changes: z
        .array(z.object({ runId, patch: runNotesPatchSchema }))
        .min(1)
        .max(10_000),
    }),
    output: z.array(z.object({ runId: z.string(), before: runNotesSchema, after: runNotesSchema })),
  },
  /** Writes these runs, in this order, as CSV where the user says; null when they changed their mind. */
  'runs:save-table': {
    input: z.object({
      runIds: runIds.min(1),
      /** Ids of the columns' fields. */
      columns: z.array(z.string().min(1).max(200)).min(1).max(500),
      /** Whose figures; null: those of each run's first target. */
      target: z.string().max(300).nullable(),
    }),
    output: z.string().nullable(),
  },
  'runs:read-recommender': { input: z.object({ runId }), output: ratingsRunSchema },
  'runs:read': { input: z.object({ runId }), output: runSummarySchema },
  /** Null when this run does not train here. */
  'runs:live': { input: z.object({ runId }), output: liveRunSchema.nullable() },
  /** The end of what its worker printed; null when there is no such file. `cut`: its beginning is not shown. */
  'runs:log': {
    input: z.object({ runId }),
    output: z.object({ text: z.string(), cut: z.boolean() }).nullable(),
  },
  /** Every process that worked at a run, in order. */
  'runs:attempts': { input: z.object({ runId }), output: z.array(attemptSchema) },
  /** Shows the run's folder in the system's file manager. */
  'runs:reveal': { input: z.object({ runId }), output: z.null() },
  /** Figures over epochs of several runs; one without epochs has empty columns. */
  'compare:curves': { input: z.object({ runIds }), output: z.array(runCurvesSchema) },
  'compare:confusions': {
    input: z.object({ runIds, choice: predictionChoiceSchema }),
    output: z.array(runConfusionSchema),
  },
  /** Pictures on which finished runs do not agree. */
  'compare:disagreements': {
    input: z.object({ runIds, choice: predictionChoiceSchema, limit: z.number().int().min(1).max(2000) }),
    output: disagreementsSchema,
  },
  /** Reads runs for an ensemble, each with its own figures or why it cannot take part. */
  'ensemble:members': { input: z.object({ runIds }), output: z.array(ensembleMemberSchema) },
  /** What an ensemble comes to with these weights. */
  'ensemble:figures': { input: ensembleDraftSchema, output: ensembleFiguresSchema },
  'ensemble:preview': { input: ensembleDraftSchema, output: submissionPreviewSchema },
  /** Keeps an ensemble's record, with its submission in a file of the user's choice or without; null when they changed their mind. */
  'ensemble:save': {
    input: z.object({ draft: ensembleDraftSchema, submission: z.boolean() }),
    output: ensembleSchema.nullable(),
  },
  /** Ensembles that were kept, newest first. */
  'ensemble:list': { input: nothing, output: z.array(ensembleSchema) },
} as const satisfies Record<ChannelName, { input: z.ZodType; output: z.ZodType }>;

export type ChannelInput<C extends ChannelName> = z.input<(typeof channels)[C]['input']>;
export type ChannelOutput<C extends ChannelName> = z.output<(typeof channels)[C]['output']>;

const progressSchema = z.object({
  stage: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  perSecond: z.number().nullable(),
});

/** What main tells the window unasked. */
export const news = {
  'dataset:progress': progressSchema,
  'predict:progress': progressSchema,
  'weights:progress': progressSchema,
  'ratings:progress': progressSchema,
  'queue:changed': queueViewSchema,
  /** A prediction that was missing is there. */
  'memory:learnt': z.null(),
  'memory:settings-changed': memorySettingsViewSchema,
  /** The last run of the queue has ended. */
  'queue:ended': queueOutcomeSchema,
  /** Ids of runs whose folder changed. */
  'runs:changed': z.array(z.string()),
  /** A run's process ended early and another takes its place. */
  'run:recovered': z.object({ runId: z.string(), name: z.string(), reason: z.string() }),
  'machine:sample': machineSampleSchema,
  'run:event': z.object({ runId: z.string(), event: workerEventSchema }),
  'workspace:changed': workspaceStateSchema,
  /** Id of a command that was chosen in the native menu. */
  'menu:command': z.string(),
  'setup:changed': setUpStateSchema,
  'preferences:changed': preferencesSchema,
} as const satisfies Record<NewsName, z.ZodType>;
export type News<N extends NewsName> = z.output<(typeof news)[N]>;

/** How every answer travels: a failure is a value with a code, never a thrown string. */
export const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorPayloadSchema }),
]);
export type Envelope = z.infer<typeof envelopeSchema>;

/** What the preload script puts on `window.granary`. Untyped on purpose: src-renderer/api gives it types by parsing. */
export interface Bridge {
  invoke(channel: ChannelName, input?: unknown): Promise<unknown>;
  /** Returns a function that ends the subscription. */
  on(name: NewsName, listener: (payload: unknown) => void): () => void;
  /** The absolute path of a dropped file or folder; empty when it has none. */
  pathOf(file: unknown): string;
}
