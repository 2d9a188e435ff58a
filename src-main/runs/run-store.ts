import { readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import {
  type EpochLog,
  type RunHeader,
  type RunResult,
  type RunState,
  type RunSummary,
  epochLogSchema,
  runHeaderSchema,
  runResultSchema,
} from '../../shared/records/run-record.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { livenessOf, processIdentitySchema } from '../files/process-identity.ts';
import { checkRunId, runIdPattern } from './run-id.ts';
import { isRatingsConfig } from './run-kind.ts';
import { parseRecord } from './parse-record.ts';
import { parseNotes } from './run-notes.ts';

/**
 * Ids of a workspace's runs, oldest first. A folder whose worker has not written `config.json` yet is not a run.
 */
export async function listRunIds(workspace: string): Promise<string[]> {
  const folder = join(workspace, layout.runs);
  const entries = await readdir(folder, { withFileTypes: true }).catch(absent([]));
  const ids = entries
    .filter((entry) => entry.isDirectory() && runIdPattern.test(entry.name))
    .map((e) => e.name);
  return ids.sort();
}

/** Every run of a workspace, oldest first. A run that cannot be read is listed as such; it never hides the others. */
export async function listRuns(workspace: string): Promise<RunSummary[]> {
  const ids = await listRunIds(workspace);
  const runs = await Promise.all(ids.map((id) => summarise(join(workspace, layout.runs, id), id)));
  // Ids of one queue begin with the same second: the header knows the order better.
  const begun = (run: RunSummary): string => run.header?.created ?? '';
  return runs
    .filter((run) => run !== null)
    .sort((a, b) => begun(a).localeCompare(begun(b)) || a.id.localeCompare(b.id));
}

/**
 * One run, from its folder alone.
 * @throws GranaryError RUN_NOT_FOUND
 */
export async function readRun(workspace: string, id: string): Promise<RunSummary> {
  const run = await summarise(join(workspace, layout.runs, checkRunId(id)), id);
  if (run === null) throw notFound(id, workspace);
  return run;
}

/** What a run's folder says of it apart from its epochs, which take longest to read. */
export type FinishedRun = Pick<RunSummary, 'notes'> & {
  header: RunHeader;
  result: Extract<RunResult, { status: 'finished' }>;
};

/** A finished run without its epochs; null for any other one, of which `readRun` says what it is. */
export async function readFinished(workspace: string, id: string): Promise<FinishedRun | null> {
  const folder = join(workspace, layout.runs, checkRunId(id));
  const names = layout.run;
  const [config, ended, notes] = await Promise.all(
    [names.config, names.result, names.notes].map((name) => readText(folder, name, [])),
  );
  if (config == null || ended == null || isRatingsConfig(config)) return null;
  const header = parseRecord(runHeaderSchema, config, names.config, []);
  const result = parseRecord(runResultSchema, ended, names.result, []);
  if (header === null || result?.status !== 'finished') return null;
  return { header, result, notes: parseNotes(notes) };
}

/**
 * The ids that a person meant: whole ids, or beginnings or ends of them that no other run shares (the last four characters
 * are enough to tell most runs apart). The runs are listed once.
 * @throws GranaryError RUN_NOT_FOUND
 */
export async function resolveRunIds(workspace: string, texts: readonly string[]): Promise<string[]> {
  const ids = await listRunIds(workspace);
  return texts.map((text) => meant(ids, text, workspace));
}

/** The one id that a person meant. @throws GranaryError RUN_NOT_FOUND */
export async function resolveRunId(workspace: string, text: string): Promise<string> {
  return (await resolveRunIds(workspace, [text]))[0]!;
}

function meant(ids: readonly string[], text: string, workspace: string): string {
  if (ids.includes(text)) return text;
  const matches = ids.filter((id) => id.startsWith(text) || id.endsWith(`-${text}`));
  if (text !== '' && matches.length === 1) return matches[0]!;
  if (text === '' || matches.length === 0) throw notFound(text, workspace);
  throw new GranaryError(
    'RUN_NOT_FOUND',
    `"${text}" names ${matches.length} runs: ${matches.slice(0, 5).join(', ')}${matches.length > 5 ? ' …' : ''}.`,
    'Write more of the id.',
  );
}

/**
 * Reads a run folder, wherever it lies. Null when there is no `config.json`: then no run began there.
 * Nothing in it can make this throw: what cannot be read is said in `problem`.
 */
export async function summarise(folder: string, id: string): Promise<RunSummary | null> {
  const names = layout.run;
  const problems: string[] = [];
  const [config, lines, result] = await Promise.all(
    [names.config, names.epochs, names.result].map((name) => readText(folder, name, problems)),
  );
  const notes = parseNotes(await readText(folder, names.notes, []));
  if (config == null && result == null && lines == null && problems.length === 0) return null;
  // A recommender's run has records of its own (ratings-runs.ts).
  if (config != null && isRatingsConfig(config)) return null;
  const header = config == null ? null : parseRecord(runHeaderSchema, config, names.config, problems);
  if (config == null && problems.length === 0) problems.push(`${names.config} is missing`);
  const epochs = parseEpochs(lines ?? '', problems);
  const ended = result == null ? null : parseRecord(runResultSchema, result, names.result, problems);
  return {
    id,
    state: stateOf(folder, header !== null, ended?.status ?? null, problems.length > 0),
    header,
    epochs,
    result: ended,
    notes,
    problem: problems.length === 0 ? null : `${problems.join('; ')}.`,
  };
}

function stateOf(
  folder: string,
  hasHeader: boolean,
  status: 'finished' | 'failed' | 'cancelled' | null,
  damaged: boolean,
): RunState {
  if (!hasHeader || damaged) return 'unreadable';
  if (status !== null) return status;
  return workerLives(folder) ? 'running' : 'interrupted';
}

/** Whether the process named in `worker.json` still runs. Copied folders name one of another machine: it does not. */
export function workerLives(folder: string): boolean {
  try {
    const worker = processIdentitySchema.parse(
      JSON.parse(readFileSync(join(folder, layout.run.worker), 'utf8')),
    );
    return livenessOf(worker) === 'alive';
  } catch {
    return false;
  }
}

/** Lines of `epochs.jsonl`. The last one may have been cut short by a crash; then that epoch did not finish. */
function parseEpochs(text: string, problems: string[]): EpochLog[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.flatMap((line, index) => {
    const epoch = parseRecord(epochLogSchema, line, `${layout.run.epochs} line ${index + 1}`, problems);
    return epoch === null ? [] : [epoch];
  });
}

async function readText(folder: string, name: string, problems: string[]): Promise<string | null> {
  try {
    return await readFile(join(folder, name), 'utf8').catch(absent(null));
  } catch (error) {
    problems.push(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    return null;
  }
}

/** Turns "no such file" into a value; other failures (permissions, a broken disk) stay failures. */
function absent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return value;
    throw error;
  };
}

function notFound(id: string, workspace: string): GranaryError {
  return new GranaryError(
    'RUN_NOT_FOUND',
    `There is no run "${id}" in ${workspace}.`,
    'List the runs with `granary runs`, or name another workspace with --workspace.',
  );
}
