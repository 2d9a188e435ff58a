import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearestNames } from '../../shared/architectures/nearest.ts';
import { GranaryError } from '../../shared/errors.ts';
import { type Grid, gridBlockSchema, gridSchema } from '../../shared/records/grid.ts';

/** What each key of a block may hold, in words; errors quote it. */
const expectations: Record<keyof z.infer<typeof gridBlockSchema>, string> = {
  arch: "timm's id of an architecture, or a list of them",
  resize: 'squish, crop or pad, or a list of them',
  size: 'a size such as 128 or 320x240 (height first), or a list of them',
  presize: 'a size such as 192 or 640x480 (height first)',
  padMode: 'zeros, border or reflection',
  epochs: 'a whole number',
  frozenEpochs: 'a whole number',
  batchSize: 'a whole number',
  accum: 'a whole number, or auto',
  lr: 'a number',
  weightDecay: 'a number',
  labelSmoothing: 'a number',
  dropPath: 'a number from 0 to 0.9',
  dropout: 'a number from 0 to 0.9',
  checkpointing: 'true or false',
  ttaViews: 'a whole number',
  ttaBeta: 'a number from 0 to 1',
  checkpointMinutes: 'a number of minutes',
  deterministic: 'true or false',
  seed: 'a whole number, or a list of them',
  weights: 'auto, none, the path of a weights file, or a finished run',
  targets: "a list of the dataset's target columns",
  targetWeights: 'a list of numbers above 0, one for each target',
  split: 'the path of a split file',
  holdout: 'true or false',
  augment: 'settings such as {maxRotate: 20}, or null for none',
};
const topExpectations: Record<keyof z.infer<typeof gridSchema>, string> = {
  version: '1',
  name: 'a text',
  defaults: 'settings for all blocks, such as {epochs: 5}',
  blocks: 'a list of blocks, each with arch and size',
};

type Key = string | number;

/** Finds the line of a path in the file that is read; undefined where the grid did not come from one. */
type Locate = (path: readonly Key[]) => number | undefined;

/**
 * Reads a grid file, YAML or JSON (JSON is YAML). Paths in it (split files, weights) count from the file's own folder.
 * @throws GranaryError GRID_INVALID, naming line, block, key and what was expected
 */
export function readGridFile(path: string): Grid {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new GranaryError(
      'GRID_INVALID',
      code === 'ENOENT'
        ? `There is no grid file ${path}.`
        : `The grid file ${path} cannot be read (${code}).`,
      'Give the path of a YAML or JSON file; assets/grids holds examples.',
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    const line = lines.linePos(syntax.pos[0]).line;
    throw new GranaryError(
      'GRID_INVALID',
      `${path}, line ${line}: this is not ${extname(path) === '.json' ? 'JSON' : 'YAML'}: ${syntax.message.split(/ at line|:?\n/)[0]}.`,
      'Compare the file with the examples in assets/grids.',
    );
  }
  const locate: Locate = (at) => {
    for (let length = at.length; length > 0; length -= 1) {
      const node = document.getIn(at.slice(0, length), true);
      if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new GranaryError(
      'GRID_INVALID',
      `${path}: ${(error as Error).message}.`,
      'Write it without so many aliases.',
    );
  }
  const grid = parseGrid(value, path, locate);
  const folder = dirname(resolve(path));
  const rooted = <B extends Partial<Grid['blocks'][number]>>(block: B): B => ({
    ...block,
    ...(block.split === undefined ? {} : { split: eachOf(block.split, (path) => resolve(folder, path)) }),
    // What is no file beside the grid may be the name of a run.
    ...(block.weights === undefined
      ? {}
      : {
          weights: eachOf(block.weights, (path) =>
            existsSync(resolve(folder, path)) ? resolve(folder, path) : path,
          ),
        }),
  });
  return {
    ...grid,
    ...(grid.defaults === undefined ? {} : { defaults: rooted(grid.defaults) }),
    blocks: grid.blocks.map(rooted),
  };
}

function eachOf(value: string | string[], change: (one: string) => string): string | string[] {
  return Array.isArray(value) ? value.map(change) : change(value);
}

/**
 * Checks a grid's form.
 * @param source what errors call it
 * @throws GranaryError GRID_INVALID
 */
export function parseGrid(value: unknown, source = 'The grid', locate: Locate = () => undefined): Grid {
  const parsed = gridSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map((issue) => describe(issue, value, locate));
  const shown = messages.slice(0, 3).map((message) => message.text);
  const more = messages.length > shown.length ? ` And ${messages.length - shown.length} more.` : '';
  throw new GranaryError(
    'GRID_INVALID',
    `${source}: ${shown.join(' ')}${more}`,
    messages.find((message) => message.fix !== undefined)?.fix ??
      'Compare it with the examples in assets/grids.',
  );
}

/** Keys whose flag is not simply the key with dashes. */
const flagNames: Record<string, string> = {
  weightDecay: '--wd',
  ttaViews: '--tta',
  targets: '--target',
  targetWeights: '--target-weights',
};

/**
 * The grid of one block that a command line's flags make.
 * @throws GranaryError USAGE, naming the flag and what was expected
 */
export function gridOfFlags(block: Record<string, unknown>): Grid {
  const value = { blocks: [block] };
  const parsed = gridSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]!.path as Key[];
  const key = String(path[2]);
  const flag = flagNames[key] ?? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const expected = (expectations as Record<string, string>)[key] ?? 'something else';
  throw new GranaryError(
    'USAGE',
    `${flag} needs ${expected}, and ${show(value, path)} was given.`,
    'Run with --help for the flags and examples.',
  );
}

function describe(
  issue: z.core.$ZodIssue,
  value: unknown,
  locate: Locate,
): { text: string; fix?: string | undefined } {
  const path = issue.path.filter((key): key is Key => typeof key !== 'symbol');
  const inBlock = path[0] === 'blocks' && typeof path[1] === 'number';
  const owner = inBlock
    ? `block ${(path[1] as number) + 1}`
    : path[0] === 'defaults'
      ? 'defaults'
      : 'the top level';
  const known: Record<string, string> = owner === 'the top level' ? topExpectations : expectations;
  const prefix = (at: readonly Key[]): string => {
    const line = locate(at);
    return line === undefined ? `${owner}: ` : `line ${line}, ${owner}: `;
  };
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    return {
      text: `${prefix([...path, key])}there is no key "${key}". Did you mean ${nearestNames(key, Object.keys(known), 1)[0]}?`,
      fix: `Its keys are ${Object.keys(known).join(', ')}.`,
    };
  }
  const key = path[inBlock ? 2 : owner === 'defaults' ? 1 : 0];
  if (key === undefined) {
    const whole = inBlock ? 'a block with arch and size' : 'a map with a list of blocks';
    return { text: `${prefix(path)}${whole} was expected, and ${show(value, path)} found.` };
  }
  const expected = known[String(key)] ?? issue.message;
  return { text: `${prefix(path)}${key} needs ${expected}, and ${show(value, path)} was found.` };
}

/** The value at a path, short enough for a sentence. */
function show(value: unknown, path: readonly Key[]): string {
  let found: unknown = value;
  for (const key of path) found = (found as Record<Key, unknown> | null | undefined)?.[key];
  if (found === undefined || found === null) return 'nothing';
  const text = JSON.stringify(found);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
