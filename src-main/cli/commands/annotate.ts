import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import type { RunColor, RunNotes, RunNotesPatch } from '../../../shared/records/run-notes.ts';
import { workspacePath } from '../../files/paths.ts';
import { changeNotes } from '../../runs/run-notes.ts';
import { readRatingsRun } from '../../runs/ratings-runs.ts';
import { readRun, resolveRunIds } from '../../runs/run-store.ts';
import { printJson } from '../output.ts';
import { list } from '../run-flags.ts';

interface Flags {
  remove?: string[];
  undo?: boolean;
  workspace?: string;
  json?: boolean;
}

/** What people say of runs: `granary tag`, `rename`, `note`, `archive` and `color`. It is kept in the run's `notes.json`. */
export function register(program: Command): void {
  verb(
    program,
    'tag <run> [tags...]',
    'Tag a run; without tags, print those it has.',
    'granary tag k3x9 baseline night2',
  )
    .option('--remove <tags>', 'take these tags away, separated by commas', list)
    .action(async (run: string, tags: string[], flags: Flags) => {
      const gone = flags.remove ?? [];
      await change([run], flags, ({ tags: old }) =>
        tags.length + gone.length === 0
          ? null
          : { tags: [...old, ...tags].filter((tag) => !gone.includes(tag)) },
      );
    });
  verb(
    program,
    'rename <run> [name]',
    'Call a run something else; without a name, its own again.',
    'granary rename k3x9 "squish, long"',
  ).action((run: string, name: string | undefined, flags: Flags) =>
    change([run], flags, () => ({ name: name?.trim() ? name : null })),
  );
  verb(
    program,
    'note <run> [text]',
    'Note something of a run; without text, print the note ("" takes it away).',
    'granary note k3x9 "loss jumps at epoch 4"',
  ).action((run: string, text: string | undefined, flags: Flags) =>
    change([run], flags, () => (text === undefined ? null : { note: text })),
  );
  verb(
    program,
    'archive <runs...>',
    'Leave runs out of lists; nothing of them is deleted.',
    'granary archive k3x9 p0zz',
  )
    .option('--undo', 'list them again')
    .action((runs: string[], flags: Flags) => change(runs, flags, () => ({ archived: flags.undo !== true })));
  verb(
    program,
    'color <run> [color]',
    'Draw a run in a colour of the palette (1 to 8) or #rrggbb; without one, its usual colour.',
    'granary color k3x9 2',
  ).action((run: string, color: string | undefined, flags: Flags) =>
    change([run], flags, () => ({ color: color === undefined ? null : parseColor(color) })),
  );
}

function verb(program: Command, usage: string, description: string, example: string): Command {
  return program
    .command(usage)
    .description(description)
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print what is noted of each run as JSON')
    .addHelpText('after', `\nExample:\n  $ ${example}`);
}

/** @param patchOf what becomes different; null: nothing, only print */
async function change(
  texts: readonly string[],
  flags: Flags,
  patchOf: (notes: RunNotes) => RunNotesPatch | null,
): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  // All are found before any is changed: a mistyped id must not leave half of them done.
  const ids = await resolveRunIds(workspace, texts);
  const said = await Promise.all(
    ids.map(async (run) => {
      const { notes } = readRatingsRun(workspace, run) ?? (await readRun(workspace, run));
      const patch = patchOf(notes);
      return { run, ...(patch === null ? notes : changeNotes(workspace, run, patch).after) };
    }),
  );
  if (flags.json === true) printJson(said.length === 1 ? said[0] : said);
  else for (const notes of said) process.stdout.write(describe(notes));
}

function describe({ run, name, tags, note, archived, color }: RunNotes & { run: string }): string {
  const facts = [
    name === null ? '' : `called "${name}"`,
    tags.length === 0 ? '' : `tags ${tags.join(', ')}`,
    archived ? 'archived' : '',
    color === null ? '' : `colour ${color}`,
  ].filter(Boolean);
  return `${run}: ${facts.join('; ') || 'no tags'}\n${note === '' ? '' : `${note}\n`}`;
}

/** @throws GranaryError USAGE */
function parseColor(text: string): RunColor {
  if (/^[1-8]$/.test(text)) return Number(text);
  if (/^#[0-9a-f]{6}$/i.test(text)) return text;
  throw new GranaryError('USAGE', `"${text}" is not a colour.`, 'Write a number from 1 to 8, or #rrggbb.');
}
