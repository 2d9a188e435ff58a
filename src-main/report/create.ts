import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { argmaxRows, combine } from '../ensemble/combine.ts';
import { memberTable, readMembers } from '../ensemble/members.ts';
import { readSubmission } from '../ensemble/submission.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { granaryVersion } from '../files/version.ts';
import { listRuns, resolveRunId } from '../runs/run-store.ts';
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

/** What a report was made of. `hidden`: error rates on known answers, where they were given. */
export interface WrittenReport {
  runs: number;
  ensemble: string | null;
  hidden: { images: number; runs: { run: string; errorRate: number }[]; ensemble: number | null } | null;
}

/**
 * Writes the HTML report of a workspace's runs.
 * @throws GranaryError RUN_NOT_FOUND, ENSEMBLE_EMPTY
 */
export async function createReport(request: ReportRequest): Promise<WrittenReport> {
  const ensemble = readEnsemble(request.workspace, request.ensemble);
  const named = await Promise.all(request.runs.map((text) => resolveRunId(request.workspace, text)));
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
    request.answers === undefined ? undefined : await hiddenScores(request, ensemble, request.answers);
  const html = htmlReport({
    title: request.title,
    runs,
    ensemble,
    scores,
    version: granaryVersion,
    created: new Date().toISOString().slice(0, 16).replace('T', ' '),
  });
  writeFileAtomic(request.out, html);
  return {
    runs: runs.length,
    ensemble: ensemble?.id ?? null,
    hidden:
      scores === undefined
        ? null
        : {
            images: scores.images,
            runs: [...scores.runs].map(([run, errorRate]) => ({ run, errorRate })),
            ensemble: scores.ensemble,
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

/** Error rates of each member and of the ensemble's submission on answers that no run has seen. */
async function hiddenScores(
  request: ReportRequest,
  ensemble: Ensemble | null,
  path: string,
): Promise<{ runs: Map<string, number>; ensemble: number | null; images: number }> {
  const { rows: answers } = await readSubmission(path);
  const runs = new Map<string, number>();
  let combined: number | null = null;
  if (ensemble !== null) {
    const members = await readMembers(
      request.workspace,
      ensemble.members.map((member) => member.run),
      ensemble.members.map((member) => member.weight),
    );
    const tables = members.map((member) => ({
      name: member.run,
      weight: member.weight,
      table: memberTable(member, 'test', 0, ensemble.probabilities)!,
    }));
    const column = ensemble.targets[0]!.name;
    const rate = (table: (typeof tables)[number]['table']): number => errorAgainst(table, answers, column);
    for (const { name, table } of tables) runs.set(name, rate(table));
    combined = rate(combine(tables));
  }
  return { runs, ensemble: combined, images: answers.size };
}

function errorAgainst(
  table: { ids: string[]; classes: string[]; values: Float32Array },
  answers: ReadonlyMap<string, Record<string, string>>,
  column: string,
): number {
  const best = argmaxRows(table);
  let wrong = 0;
  let seen = 0;
  table.ids.forEach((id, row) => {
    const truth = answers.get(id)?.[column];
    if (truth === undefined) return;
    seen += 1;
    if (table.classes[best[row]!] !== truth) wrong += 1;
  });
  return seen === 0 ? NaN : wrong / seen;
}
