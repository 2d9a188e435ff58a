import type { z } from 'zod';
import { nearestNames } from '../../shared/architectures/nearest.ts';
import { GranaryError } from '../../shared/errors.ts';
import { type Grid, gridSchema } from '../../shared/records/grid.ts';
import { type RatingsGrid, ratingsGridSchema } from '../../shared/records/ratings-grid.ts';
import { type GridWords, picturesWords, ratingsWords } from './grid-words.ts';

export type Key = string | number;

/** Finds the line of a path in the file that is read; undefined where the grid did not come from one. */
export type Locate = (path: readonly Key[]) => number | undefined;

/**
 * Checks a grid's form.
 * @param source what errors call it
 * @throws GranaryError GRID_INVALID
 */
export function parseGrid(value: unknown, source?: string, locate?: Locate): Grid {
  return parse(gridSchema, picturesWords, value, source, locate);
}

/** The same of a sweep over recommenders. */
export function parseRatingsGrid(value: unknown, source?: string, locate?: Locate): RatingsGrid {
  return parse(ratingsGridSchema, ratingsWords, value, source, locate);
}

function parse<S extends z.ZodType>(
  schema: S,
  words: GridWords,
  value: unknown,
  source = 'The grid',
  locate: Locate = () => undefined,
): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map((issue) => describe(issue, words, value, locate));
  const shown = messages.slice(0, 3).map((message) => message.text);
  const more = messages.length > shown.length ? ` And ${messages.length - shown.length} more.` : '';
  throw new GranaryError(
    'GRID_INVALID',
    `${source}: ${shown.join(' ')}${more}`,
    messages.find((message) => message.fix !== undefined)?.fix ??
      'Compare it with the examples in assets/grids.',
  );
}

/**
 * The grid of one block that a command line's flags make.
 * @throws GranaryError USAGE, naming the flag and what was expected
 */
export function gridOfFlags(block: Record<string, unknown>): Grid {
  return ofFlags(gridSchema, picturesWords, { blocks: [block] });
}

/** The same of a sweep over recommenders. */
export function ratingsGridOfFlags(block: Record<string, unknown>): RatingsGrid {
  return ofFlags(ratingsGridSchema, ratingsWords, { kind: 'ratings', blocks: [block] });
}

function ofFlags<S extends z.ZodType>(schema: S, words: GridWords, value: unknown): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]!.path as Key[];
  const key = String(path[2]);
  const flag = words.flags[key] ?? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const expected = words.block[key] ?? 'something else';
  throw new GranaryError(
    'USAGE',
    `${flag} needs ${expected}, and ${show(value, path)} was given.`,
    'Run with --help for the flags and examples.',
  );
}

function describe(
  issue: z.core.$ZodIssue,
  words: GridWords,
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
  const known = owner === 'the top level' ? words.top : words.block;
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
    const whole = inBlock ? words.aBlock : 'a map with a list of blocks';
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
