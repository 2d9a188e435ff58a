import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeExport } from '../files/write-export.ts';
import { granaryVersion } from '../files/version.ts';
import { readAttempts } from '../runs/attempts-file.ts';
import { listRuns, resolveRunIds } from '../runs/run-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import { type HiddenScore, hiddenScores } from './hidden-scores.ts';
import { htmlReport } from './html.ts';

export interface ReportRequest {
  workspace: string;
  /** Runs to show; empty: those of the ensemble, else all. */
  runs: readonly string[];
  /** An ensemble's id; undefined: the newest one, null: none. */
  ensemble?: string | null;
  /** A CSV of known answers for the test pictures, where someone has it. */
  answers?: string | undefined;
  title: string;
  out: string;
}

/** Error rates on known answers, as they are printed. */
interface HiddenFigures {
  images: number;
  runs: { run: string; errorRate: number }[];
  ensemble: number;
}

/** What a report was made of. `hidden`: error rates on known answers, where they were given and something was combined. */
export interface WrittenReport {
  runs: number;
  ensemble: string | null;
  hidden: {
    targets: (HiddenFigures & { target: string })[];
    /** All targets together, where they are several: a picture is right when each is. */
    exactMatch: HiddenFigures | null;
  } | null;
}

/**
 * Writes the HTML report of a workspace's runs.
 * @throws GranaryError RUN_NOT_FOUND, ENSEMBLE_EMPTY
 */
export async function createReport(request: ReportRequest): Promise<WrittenReport> {
  const ensemble = readEnsemble(request.workspace, request.ensemble);
  const named = await resolveRunIds(request.workspace, request.runs);
  const wanted = named.length > 0 ? named : (ensemble?.members.map((member) => member.run) ?? []);
  const all = await listRuns(request.workspace);
  const runs = wanted.length > 0 ? all.filter((run) => wanted.includes(run.id)) : all;
  if (runs.length === 0) {
    throw new GranaryError(
      'RUN_NOT_FOUND',
      `There are no runs in ${request.workspace}.`,
      'Train one first: granary train DATASET --arch tf_efficientnet_lite0 --size 128.',
    );
  }
  const scores =
    request.answers === undefined || ensemble === null
      ? undefined
      : await hiddenScores(request.workspace, ensemble, request.answers);
  const html = htmlReport({
    title: request.title,
    runs,
    ensemble,
    scores,
    attempts: new Map(runs.map(({ id }) => [id, readAttempts(runFolder(request.workspace, id))])),
    version: granaryVersion,
    created: new Date().toISOString().slice(0, 16).replace('T', ' '),
  });
  writeExport(request.out, html);
  return {
    runs: runs.length,
    ensemble: ensemble?.id ?? null,
    hidden:
      scores === undefined
        ? null
        : {
            targets: [...scores.targets].map(([target, score]) => ({ target, ...figuresOf(score) })),
            exactMatch: scores.exactMatch === null ? null : figuresOf(scores.exactMatch),
          },
  };
}

function readEnsemble(workspace: string, id: string | null | undefined): Ensemble | null {
  if (id === null) return null;
  const folder = join(workspace, layout.ensembles);
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d+\.json$/.test(name))
        .sort()
    : [];
  const file = id === undefined ? files[files.length - 1] : files.find((name) => name === `${id}.json`);
  if (file === undefined) {
    if (id === undefined) return null;
    throw new GranaryError(
      'ENSEMBLE_EMPTY',
      `There is no ensemble "${id}" in ${workspace}.`,
      'Leave --ensemble away for the newest.',
    );
  }
  return ensembleSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

function figuresOf({ images, runs, ensemble }: HiddenScore): HiddenFigures {
  return { images, runs: [...runs].map(([run, errorRate]) => ({ run, errorRate })), ensemble };
}
