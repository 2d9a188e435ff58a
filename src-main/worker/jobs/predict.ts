import { availableParallelism } from 'node:os';
import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { PredictedPicture } from '../../../shared/records/prediction.ts';
import type { RunHeader } from '../../../shared/records/run-record.ts';
import { cancelled } from '../../dataset/cancelled.ts';
import type { FileCheck } from '../../dataset/check-file.ts';
import { type GivenPicture, checkGiven, findPictures } from '../../dataset/find-pictures.ts';
import { type ProbabilityTable, combine, listSome } from '../../ensemble/combine.ts';
import { readRun } from '../../runs/run-store.ts';
import { runFolder } from '../../runs/run-writer.ts';
import { type FilePicture, predictFiles } from '../../training/predict-files.ts';
import type { JobContext } from '../context.ts';

interface Loaded {
  run: string;
  weight: number;
  folder: string;
  header: RunHeader;
}

/** Predicts pictures that need not be of any dataset, with a run or with the weighted mean of several. */
export async function run(job: JobOf<'predict'>, context: JobContext): Promise<JobResult<'predict'>> {
  const started = performance.now();
  const members = await Promise.all(job.members.map((member) => load(job.workspace, member)));
  const targets = commonTargets(members, job.targets);
  const given = await findPictures(job.pictures, context.signal);
  const checks = await checkAll(given, context);
  const good = given.flatMap((picture, i): FilePicture[] => {
    const check = checks[i]!;
    return check.ok ? [{ ...picture, ...check }] : [];
  });
  const tables = good.length === 0 ? [] : await predictMembers(job, members, targets, good, context);
  let row = 0;
  const pictures = given.map((picture, i): PredictedPicture => {
    const { name, path } = picture;
    const check = checks[i]!;
    if (!check.ok) return { ok: false, name, path, reason: `${name} ${check.why}.` };
    const { sha256, width, height, liesAbout } = check;
    const place = row++;
    return {
      ...{ ok: true, name, path, sha256, width, height },
      note: liesAbout === undefined ? null : `The name promises another format: it is ${liesAbout}.`,
      top: tables.map((table) => ranked(table, place, job.top)),
    };
  });
  return {
    source: job.source,
    members: members.map(({ run, weight, header }) => ({ run, weight, name: header.name })),
    tta: job.tta,
    targets: targets.map(({ name, classes }) => ({ name, classes: classes.length })),
    pictures,
    seconds: (performance.now() - started) / 1000,
  };
}

async function load(workspace: string, { run, weight }: { run: string; weight: number }): Promise<Loaded> {
  const summary = await readRun(workspace, run);
  if (summary.header === null || summary.result?.status !== 'finished')
    throw new GranaryError(
      'RUN_NOT_FINISHED',
      `${run} is ${summary.state}: only a finished run has weights to predict with.`,
      'Wait for it, or train it again with `granary train --again`.',
    );
  return { run, weight, folder: runFolder(workspace, run), header: summary.header };
}

/** @throws GranaryError ENSEMBLE_TARGETS_DIFFER */
function commonTargets(members: readonly Loaded[], wanted: readonly string[] | null): RunHeader['targets'] {
  const common = members[0]!.header.targets.filter(
    ({ name }) =>
      (wanted === null || wanted.includes(name)) &&
      members.every(({ header }) => header.targets.some((target) => target.name === name)),
  );
  if (common.length > 0) return common;
  throw new GranaryError(
    'ENSEMBLE_TARGETS_DIFFER',
    `There is no target that all of ${listSome(members.map(({ run }) => run))} predict.`,
    'Combine runs that were trained on a common target.',
  );
}

async function checkAll(given: readonly GivenPicture[], { signal, emit }: JobContext): Promise<FileCheck[]> {
  const checks = new Array<FileCheck>(given.length);
  let [next, done, saidAt] = [0, 0, -Infinity];
  const lane = async (): Promise<void> => {
    while (next < given.length) {
      if (signal.aborted) throw cancelled();
      const i = next++;
      checks[i] = await checkGiven(given[i]!);
      done++;
      const now = performance.now();
      if (now - saidAt < 100 && done < given.length) continue;
      saidAt = now;
      const total = given.length;
      emit({ type: 'progress', stage: 'checking pictures', done, total, unit: 'pictures', perSecond: null });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
  return checks;
}

/** One table a target: the weighted mean over the members, which predict one after another. */
async function predictMembers(
  { tta }: JobOf<'predict'>,
  members: readonly Loaded[],
  targets: RunHeader['targets'],
  pictures: readonly FilePicture[],
  { signal, emit }: JobContext,
): Promise<ProbabilityTable[]> {
  const ids = pictures.map(({ path }) => path);
  const total = members.length * pictures.length;
  let done = 0;
  const began = performance.now();
  const outputs: Float32Array[][] = [];
  for (const member of members)
    outputs.push(
      await predictFiles(member, pictures, {
        tta,
        signal,
        onPredicted(count) {
          done += count;
          const perSecond = (1000 * done) / (performance.now() - began);
          emit({ type: 'progress', stage: 'predicting', done, total, unit: 'pictures', perSecond });
        },
      }),
    );
  return targets.map(({ name }) =>
    combine(
      members.map(({ run, weight, header }, m) => {
        const place = header.targets.findIndex((target) => target.name === name);
        const { classes } = header.targets[place]!;
        return { name: run, weight, table: { ids, classes, values: outputs[m]![place]! } };
      }),
    ),
  );
}

function ranked(
  { classes, values }: ProbabilityTable,
  row: number,
  top: number,
): { label: string; probability: number }[] {
  return classes
    .map((label, c) => ({ label, probability: values[row * classes.length + c]! }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}
