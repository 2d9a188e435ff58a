import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { type RatingsTable, countsOf } from '../../../shared/ratings/table.ts';
import type { RatingsHeader, RatingsRun } from '../../../shared/records/ratings-run.ts';
import { recommenderNeedMb } from '../../../shared/recommender/memory-need.ts';
import { recommenderSize } from '../../../shared/recommender/size.ts';
import { encodeRecommender } from '../../../shared/recommender/weights.ts';
import { encodeSafetensors, float32Tensor, int32Tensor } from '../../../shared/safetensors/index.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../collab/checkpoint.ts';
import { type PreparedRatings, prepareRatings } from '../../collab/prepare.ts';
import {
  type RecommenderCheckpoint,
  type TrainingHooks,
  epochRowCount,
  trainRecommender,
} from '../../collab/train-recommender.ts';
import { IdIndex } from '../../dataset/ratings/id-index.ts';
import { readRatings } from '../../dataset/ratings/read-ratings.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { granaryVersion } from '../../files/version.ts';
import { nativeBinding } from '../../graph/attributes.ts';
import { alreadyFinished, checkpointPath } from '../../runs/checkpoint-file.ts';
import { summariseRatingsRun } from '../../runs/ratings-runs.ts';
import {
  appendEpoch,
  createRunFolder,
  restoreEpochs,
  runFolder,
  writeConfig,
  writeResult,
} from '../../runs/run-writer.ts';
import { StepReporter, type Workload } from '../../training/step-reporter.ts';
import { cachedRatings } from '../cached-ratings.ts';
import type { JobContext } from '../context.ts';
import { recordInFolder, workerFailure } from '../failure.ts';
import { progressOf } from '../progress.ts';

/** Trains a recommender into its run folder, or the rest of one that was cut off. */
export async function run(
  job: JobOf<'collab-train'>,
  context: JobContext,
): Promise<JobResult<'collab-train'>> {
  const { workspace, runId, config: asked } = job;
  const { signal, emit } = context;
  const path = runFolder(workspace, runId);
  const before = job.resume === true ? summariseRatingsRun(path, runId) : null;
  if (before?.result?.status === 'finished') throw alreadyFinished(runId);
  const reading = { signal, onProgress: progressOf(context, 'reading ratings', 'bytes') };
  const { manifest, table } = await cachedRatings(workspace, asked.ratings, asked.options, reading);
  const given =
    asked.split.type === 'file' ? await validation(asked.split.path, asked, table, reading) : null;
  const prepared = prepareRatings(asked, manifest, given?.train ?? table, given?.valid ?? null);
  const { config } = prepared;
  const header = headerOf(job, prepared);
  const from = before === null ? null : readFrom(path, before, header);
  const folder = createRunFolder(workspace, runId);
  try {
    restoreEpochs(folder, from?.epochs ?? []);
    writeConfig(folder, header);
    const resumed = from === null ? null : { epoch: from.epochs.length, windows: 0, step: from.steps };
    emit({ type: 'ratings-started', header, resumed });
    for (const message of header.warnings) emit({ type: 'warning', message });
    const { wrote, ...told } = reporterOf(runId, prepared, from, emit);
    const trained = await trainRecommender(
      prepared,
      {
        signal,
        ...told,
        epochDone: (log, state) => {
          const began = performance.now();
          // The checkpoint first: it has the epoch's log, so a crash between the two loses nothing.
          if (log.epoch < config.epochs)
            writeFileAtomic(checkpointPath(folder), encodeCheckpoint(state(), config));
          appendEpoch(folder, log);
          wrote((performance.now() - began) / 1000);
          emit({ type: 'ratings-epoch', runId, log });
        },
      },
      from,
    );
    writeFileAtomic(join(folder, layout.run.predictions), encodePredicted(prepared, trained.predictions));
    writeFileAtomic(join(folder, layout.run.weights), encodeRecommender(trained.weights));
    writeResult(folder, trained.result);
    rmSync(join(folder, layout.run.checkpoint), { recursive: true, force: true });
    return { runId, result: trained.result };
  } catch (error) {
    const failure = workerFailure(error);
    recordInFolder(folder, failure);
    throw failure;
  }
}

/** Steps, validations and what is written as events, at most ten a second. */
function reporterOf(
  runId: string,
  prepared: PreparedRatings,
  from: RecommenderCheckpoint | null,
  emit: JobContext['emit'],
): Pick<TrainingHooks, 'stepped' | 'judged'> & Pick<StepReporter, 'wrote'> {
  const { config, valid } = prepared;
  const looks = valid.user.length * (prepared.implicit ? 1 + config.negatives : 1);
  const rows = epochRowCount(prepared);
  const work = (epochs: number): Workload => ({
    steps: epochs * Math.ceil(rows / config.batchSize),
    images: { frozen: 0, full: epochs * rows },
    evaluations: epochs * looks,
    writings: epochs,
  });
  const reporter = new StepReporter(runId, work(config.epochs), emit, work(from?.epochs.length ?? 0));
  return {
    stepped: ({ rows, seconds, ...facts }) =>
      reporter.stepped({ ...facts, images: rows, phase: 'full', losses: [], errors: [] }, seconds),
    judged: (rows, seconds) => reporter.evaluated(rows, seconds),
    wrote: (seconds) => reporter.wrote(seconds),
  };
}

/**
 * Where a run that was cut off stands; null when it has no checkpoint yet and so begins anew.
 * @throws GranaryError DATASET_CHANGED when the ratings are others than those that it began with; as {@link decodeCheckpoint}
 */
function readFrom(
  folder: string,
  { header: before }: RatingsRun,
  now: RatingsHeader,
): RecommenderCheckpoint | null {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return null;
  if (before?.datasetHash === now.datasetHash && before.validHash === now.validHash)
    return decodeCheckpoint(readFileSync(path), now.config);
  throw new GranaryError(
    'DATASET_CHANGED',
    `The ratings in ${now.config.ratings} have changed since ${now.id} began.`,
    'Put the file back to go on, or train a new run.',
  );
}

/** Reads the validation file with the training file's indices; ids that only it has come after them. */
async function validation(
  path: string,
  config: JobOf<'collab-train'>['config'],
  train: RatingsTable,
  reading: Parameters<typeof readRatings>[2],
): Promise<{ train: RatingsTable; valid: RatingsTable }> {
  const index = { users: new IdIndex(), items: new IdIndex() };
  for (const id of train.users) index.users.of(id);
  for (const id of train.items) index.items.of(id);
  const { items: _, ...columns } = config.options;
  const { table } = await readRatings(resolve(path), columns, reading, index);
  if ((table.rating === null) !== (train.rating === null))
    throw new GranaryError(
      'SPLIT_INVALID',
      `One of ${config.ratings} and ${path} has ratings and the other has none.`,
      'Both files need the same columns.',
    );
  const { users, items } = table;
  const titles = train.titles === null ? null : items.map((_, k) => train.titles![k] ?? '');
  return { train: { ...train, users, items, titles }, valid: { ...table, titles } };
}

function headerOf({ runId, name, queue }: JobOf<'collab-train'>, prepared: PreparedRatings): RatingsHeader {
  const { config } = prepared;
  const { train, valid, seen, manifest, implicit, objective, validHash } = prepared;
  const [users, items] = [train.users.length, train.items.length];
  const size = recommenderSize(config, users, items);
  const unseen = (counts: Int32Array, column: Int32Array): number =>
    column.reduce((sum, index) => sum + Number(counts[index] === 0), 0);
  const coldUsers = unseen(seen.user, valid.user);
  const coldItems = unseen(seen.item, valid.item);
  const warnings = manifest.problems.map(({ message }) => message);
  if (coldUsers > 0)
    warnings.push(
      `${coldUsers} validation ratings are by users that training never sees: only the item's bias speaks for them.`,
    );
  if (coldItems > 0)
    warnings.push(
      `${coldItems} validation ratings are of items that training never sees: only the user's bias speaks for them.`,
    );
  if (config.decay === 'l2' && config.optimizer === 'sparse')
    warnings.push('L2 decay touches every weight at every step, so the dense optimizer is used.');
  return {
    version: 1,
    kind: 'ratings',
    id: runId,
    name,
    queue,
    created: new Date().toISOString(),
    config,
    datasetHash: manifest.hash,
    datasetName: manifest.name,
    validHash,
    implicit,
    counts: {
      users: countsOf(train.user, users).reduce((sum, count) => sum + Number(count > 0), 0),
      items: countsOf(train.item, items).reduce((sum, count) => sum + Number(count > 0), 0),
      train: train.user.length,
      valid: valid.user.length,
      coldUsers,
      coldItems,
    },
    range: objective.range === null ? null : [objective.range[0], objective.range[1]],
    parameters: size.parameters,
    optimizer: size.optimizer,
    predictedMb: recommenderNeedMb(config, { users, items, ratings: manifest.ratings, implicit }),
    stepsPerEpoch: Math.ceil(epochRowCount(prepared) / config.batchSize),
    warnings,
    versions: { granary: granaryVersion, node: process.version, tensorflow: nativeBinding().TF_Version },
  };
}

/** `predictions.safetensors`: the validation rows by index, with the ids in the metadata. */
function encodePredicted({ valid, train }: PreparedRatings, predictions: Float32Array): Uint8Array {
  const rows = [valid.user.length];
  return encodeSafetensors({
    metadata: {
      format: 'granary-rating-predictions',
      version: '1',
      users: JSON.stringify(train.users),
      items: JSON.stringify(train.items),
    },
    tensors: new Map([
      ['valid.user', int32Tensor(rows, valid.user)],
      ['valid.item', int32Tensor(rows, valid.item)],
      ['valid.predicted', float32Tensor(rows, predictions)],
      ...(valid.rating === null ? [] : [['valid.rating', float32Tensor(rows, valid.rating)] as const]),
    ]),
  });
}
