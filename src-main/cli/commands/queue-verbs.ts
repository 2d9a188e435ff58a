import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { parse } from 'yaml';
import { GranaryError } from '../../../shared/errors.ts';
import { queueProgress } from '../../../shared/queue-progress.ts';
import type { Queue, QueueCommand, QueueItem } from '../../../shared/records/queue.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { statOrNull } from '../../files/stat.ts';
import { workspacePath } from '../../files/paths.ts';
import { accumOf } from '../../scheduler/run-kind.ts';
import { parseGrid, parseRatingsGrid } from '../../scheduler/grid-parse.ts';
import { lockHolder } from '../../scheduler/lock.ts';
import { readQueue } from '../../scheduler/queue-file.ts';
import { Workbench } from '../../scheduler/workbench.ts';
import { formatTable } from '../format.ts';
import { printJson, printNote } from '../output.ts';

interface Flags {
  workspace?: string;
  json?: boolean;
  afterEpoch?: boolean;
  waiting?: boolean;
  set?: string[];
}

/** `granary queue list`, `pause` …: what can be asked of a queue while another process works it off, or none does. */
export function registerVerbs(queue: Command): void {
  // What follows a verb is the verb's: both have --workspace and --json.
  queue.enablePositionalOptions();
  const verb = (usage: string, description: string): Command =>
    queue
      .command(usage)
      .description(description)
      .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
      .option('--json', 'print one JSON object');

  verb('list', 'Show the queue: what waits, trains, has ended, and why.').action((flags: Flags) =>
    show(readQueue(workspacePath(flags.workspace), 'refuse'), flags),
  );
  verb('pause', 'Start no further run; what trains goes on.').action((flags: Flags) =>
    ask(flags, () => ({ verb: 'pause' })),
  );
  verb('resume', 'Go on after a pause.').action((flags: Flags) => ask(flags, () => ({ verb: 'resume' })));
  verb(
    'move <run> <to>',
    'Move a run that waits: up, down, first, last, or to a place counted from 1.',
  ).action((run: string, to: string, flags: Flags) =>
    ask(flags, (find) => ({ verb: 'move', runId: find(run).runId, to: placeOf(to) })),
  );
  verb('skip <run>', 'Pass over a run that waits; `retry` puts it back.').action(
    (run: string, flags: Flags) => ask(flags, (find) => ({ verb: 'skip', runId: find(run).runId })),
  );
  verb(
    'retry <run>',
    'Put a run that failed, was cancelled or skipped back in line; it goes on from its checkpoint.',
  ).action((run: string, flags: Flags) => ask(flags, (find) => ({ verb: 'retry', runId: find(run).runId })));
  verb('duplicate <run>', 'Queue a run once more, with other settings if you like.')
    .option('--set <key=value>', 'a setting as a grid file has it; may be repeated', collect)
    .addHelpText('after', '\nExample:\n  $ granary queue duplicate k3x9 --set lr=0.001 --set size=160,192')
    .action((run: string, flags: Flags) =>
      ask(flags, (find) => ({ verb: 'duplicate', ...changed(find(run), flags.set ?? []) })),
    );
  verb('cancel [run]', 'Take a run out of the queue, or stop it while it trains; its epochs stay.')
    .option('--after-epoch', 'let it finish the epoch that it is in')
    .option('--waiting', 'instead of one run, all that wait or were interrupted; what trains goes on')
    .action((run: string | undefined, flags: Flags) => ask(flags, (find) => cancelled(run, flags, find)));
  verb('clear', 'Take everything that has ended out of the list; the runs themselves stay.').action(
    (flags: Flags) => ask(flags, () => ({ verb: 'clear' })),
  );
  verb('restore', 'Put back what was cleared last.').action((flags: Flags) =>
    ask(flags, () => ({ verb: 'restore' })),
  );
}

/**
 * Has something done by the process that holds the workspace. Where none does, the queue's file is changed, and nothing starts:
 * `granary queue --resume` trains what waits in it.
 */
async function ask(
  flags: Flags,
  command: (find: (text: string) => QueueItem) => QueueCommand,
): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  const { items } = readQueue(workspace, 'leave');
  const wanted = command((text) => findRun(items, text));
  const held = lockHolder(workspace) !== null;
  if (!held && (wanted.verb === 'pause' || wanted.verb === 'resume'))
    throw new GranaryError(
      'USAGE',
      `Nothing trains in ${workspace}.`,
      'Start what waits with `granary queue --resume`.',
    );
  const workbench = await Workbench.open(workspace, {
    ...{ attach: true, startNothing: true, command: `granary queue ${wanted.verb}` },
  });
  if (workbench.notice !== null) printNote(workbench.notice, flags.json === true);
  await workbench.perform(wanted).finally(() => workbench.close());
  show(readQueue(workspace, 'leave'), flags);
}

/** @throws GranaryError USAGE when not exactly one of a run and `--waiting` is given */
function cancelled(
  run: string | undefined,
  { waiting, afterEpoch }: Flags,
  find: (text: string) => QueueItem,
): QueueCommand {
  if ((run === undefined) !== (waiting === true))
    throw new GranaryError(
      'USAGE',
      'Either a run is cancelled or, with --waiting, all that wait.',
      'For example: granary queue cancel k3x9, or granary queue cancel --waiting',
    );
  if (run === undefined) return { verb: 'cancel-waiting' };
  return { verb: 'cancel', runId: find(run).runId, when: afterEpoch === true ? 'after-epoch' : 'now' };
}

/** @throws GranaryError RUN_NOT_FOUND when the text is the beginning or the end of no run's id in the queue, or of several */
function findRun(items: readonly QueueItem[], text: string): QueueItem {
  const same = items.find(({ runId }) => runId === text);
  if (same !== undefined) return same;
  const matches = items.filter(({ runId }) => runId.startsWith(text) || runId.endsWith(`-${text}`));
  if (matches.length === 1) return matches[0]!;
  throw new GranaryError(
    'RUN_NOT_FOUND',
    matches.length === 0
      ? `${text} is not in the queue.`
      : `"${text}" names ${matches.length} runs of the queue.`,
    'See what is with `granary queue list`; the last four characters of an id are enough.',
  );
}

function placeOf(text: string): Extract<QueueCommand, { verb: 'move' }>['to'] {
  if (text === 'up' || text === 'down' || text === 'first' || text === 'last') return text;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new GranaryError(
    'USAGE',
    `A place is up, down, first, last or a number from 1, and "${text}" was given.`,
    'For example: granary queue move k3x9 first',
  );
}

/** A run and `lr=0.001`, `size=160,192`: values as a grid file of its kind has them; a comma makes a list. */
function changed(
  { runId, kind }: QueueItem,
  settings: readonly string[],
): Omit<Extract<QueueCommand, { verb: 'duplicate' }>, 'verb'> {
  const pairs = settings.map((text): [string, unknown] => {
    const at = text.indexOf('=');
    if (at < 1)
      throw new GranaryError(
        'USAGE',
        `--set needs key=value, and "${text}" was given.`,
        'For example: --set lr=0.001',
      );
    const value = text.slice(at + 1);
    return [text.slice(0, at), parse(value.includes(',') && !/^[[{]/.test(value) ? `[${value}]` : value)];
  });
  const changes = Object.fromEntries(pairs);
  if (kind === 'ratings') parseRatingsGrid({ kind, blocks: [changes] }, '--set');
  else parseGrid({ blocks: [{ arch: 'any', size: 1, ...changes }] }, '--set');
  return { runId, changes };
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function show({ items, paused }: Queue, { json, workspace }: Flags): void {
  const runs = join(workspacePath(workspace), layout.runs);
  const rows = items.map((item, index) => ({
    ...{
      place: index + 1,
      kind: item.kind ?? 'pictures',
      run: item.runId,
      name: item.name,
      state: item.state,
    },
    accum: accumOf(item),
    why: item.waiting ?? item.error?.message ?? goneOf(item, runs),
  }));
  if (json === true) {
    printJson({ type: 'queue', paused: paused?.reason ?? null, items: rows });
    return;
  }
  if (rows.length === 0) {
    process.stdout.write(`Nothing is queued in ${workspacePath(workspace)}.\n`);
    return;
  }
  const table = formatTable(
    ['', 'run', 'state', 'id', 'why'],
    rows.map((row) => [String(row.place), row.name, row.state, row.run, shorten(row.why ?? '')]),
    ['run', 'state', 'id', 'why'],
  );
  process.stdout.write(
    `${pc.bold(table[0]!)}\n${table.slice(1).join('\n')}\n${pc.dim(queueProgress(items))}\n`,
  );
  if (paused !== undefined)
    process.stdout.write(
      `\nPaused: ${paused.by === 'user' ? 'nothing more starts until `granary queue resume`.' : paused.reason}\n`,
    );
}

/** Of a run that was trained to its end and deleted since: there is nothing left to open, compare or combine. */
function goneOf({ state, runId }: QueueItem, runs: string): string | null {
  return state === 'finished' && statOrNull(join(runs, runId)) === null ? 'Its folder is gone.' : null;
}

function shorten(text: string): string {
  const line = text.split('\n')[0]!;
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
