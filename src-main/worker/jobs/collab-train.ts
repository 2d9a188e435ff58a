import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GranaryError, toErrorPayload } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { type RatingsTable, countsOf } from '../../../shared/ratings/table.ts';
import {
  type RatingsHeader,
  ratingsHeaderSchema,
  ratingsResultSchema,
} from '../../../shared/records/ratings-run.ts';
import { encodeRecommender } from '../../../shared/recommender/weights.ts';
import { encodeSafetensors, float32Tensor, int32Tensor } from '../../../shared/safetensors/index.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { buildModel, parameterCount } from '../../collab/build-model.ts';
import { type PreparedRatings, prepareRatings } from '../../collab/prepare.ts';
import { epochRowCount, optimizerOf, trainRecommender } from '../../collab/train-recommender.ts';
import { IdIndex } from '../../dataset/ratings/id-index.ts';
import { readRatings } from '../../dataset/ratings/read-ratings.ts';
import { writeFileAtomic, writeJsonAtomic } from '../../files/atomic.ts';
import { granaryVersion } from '../../files/version.ts';
import { nativeBinding } from '../../graph/attributes.ts';
import { createRunFolder } from '../../runs/run-writer.ts';
import { cachedRatings } from '../cached-ratings.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../collab/checkpoint.ts';
import type { JobContext } from '../context.ts';
import { workerFailure } from '../failure.ts';
import { progressOf } from '../progress.ts';

/** Trains a recommender into its run folder, or the rest of one that was cut off. */
export async function run(
  job: JobOf<'collab-train'>,
  context: JobContext,
): Promise<JobResult<'collab-train'>> {
  const { workspace, runId, config } = job;
  const reading = { signal: context.signal, onProgress: progressOf(context, 'reading ratings', 'bytes') };
  const { manifest, table } = await cachedRatings(workspace, config.ratings, config.options, reading);
  const given =
    config.split.type === 'file' ? await validation(config.split.path, config, table, reading) : null;
  const prepared = prepareRatings(config, manifest, given?.train ?? table, given?.valid ?? null);
  const folder = createRunFolder(workspace, runId);
  const file = (name: string): string => join(folder, name);
  const checkpointFile = join(folder, layout.run.checkpoint, 'state.safetensors');
  try {
    const header = headerOf(job, prepared);
    const from =
      job.resume === true && existsSync(checkpointFile)
        ? decodeCheckpoint(readFileSync(checkpointFile), config)
        : null;
    rmSync(file(layout.run.result), { force: true });
    writeJsonAtomic(file(layout.run.config), ratingsHeaderSchema.parse(header));
    writeFileAtomic(
      file(layout.run.epochs),
      (from?.epochs ?? []).map((epoch) => `${JSON.stringify(epoch)}\n`).join(''),
    );
    context.emit({ type: 'ratings-started', header });
    for (const message of header.warnings) context.emit({ type: 'warning', message });
    const counters = new Map<string, ReturnType<typeof progressOf>>();
    const trained = await trainRecommender(
      prepared,
      {
        signal: context.signal,
        progress: (stage, done, total) => {
          let counter = counters.get(stage);
          if (counter === undefined) counters.set(stage, (counter = progressOf(context, stage, 'ratings')));
          counter(done, total);
        },
        epochDone: (log, checkpoint) => {
          // The checkpoint first: it has the epoch's log, so a crash between the two loses nothing.
          if (log.epoch < config.epochs)
            writeFileAtomic(checkpointFile, encodeCheckpoint(checkpoint(), config));
          appendFileSync(file(layout.run.epochs), `${JSON.stringify(log)}\n`, { flush: true } as object);
          context.emit({ type: 'ratings-epoch', runId, log });
        },
      },
      from,
    );
    writeFileAtomic(file(layout.run.predictions), encodePredicted(prepared, trained.predictions));
    writeFileAtomic(file(layout.run.weights), encodeRecommender(trained.weights));
    writeJsonAtomic(file(layout.run.result), ratingsResultSchema.parse(trained.result));
    rmSync(join(folder, layout.run.checkpoint), { recursive: true, force: true });
    return { runId, result: trained.result };
  } catch (error) {
    const failure = workerFailure(error);
    const cancelled = failure instanceof GranaryError && failure.code === 'CANCELLED';
    writeJsonAtomic(file(layout.run.result), {
      version: 1,
      status: cancelled ? 'cancelled' : 'failed',
      error: toErrorPayload(failure),
      finished: new Date().toISOString(),
    });
    throw failure;
  }
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

function headerOf(
  { runId, name, queue, config }: JobOf<'collab-train'>,
  prepared: PreparedRatings,
): RatingsHeader {
  const { train, valid, seen, manifest, implicit, objective, validHash } = prepared;
  const [users, items] = [train.users.length, train.items.length];
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
    parameters: parameterCount(buildModel(config, users, items), users, items),
    optimizer: optimizerOf(prepared),
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
