import { type ErrorPayload, GranaryError, toErrorPayload } from '../../shared/errors.ts';

/** What a grid of any kind is made of: settings with one value or a list of them. */
export interface Blocks {
  defaults?: Readonly<Record<string, unknown>> | undefined;
  blocks: readonly Readonly<Record<string, unknown>>[];
}

/** How the settings of one kind of grid are multiplied out. */
export interface GridForm {
  /** Every setting, in the order in which it varies; the last one fastest. */
  keys: readonly string[];
  /** Settings that are in every run's name already, or tell nothing there. */
  unnamed: readonly string[];
  /** Settings whose one value may be a list, and whether a list's first entry tells that it is one. */
  lists: Readonly<Record<string, (first: unknown) => boolean>>;
}

/** One combination: its settings, what its name needs to say of them, and which block it is of, in words. */
export interface Combination<Run> {
  run: Run;
  suffix: string;
  where: string;
}

/** A mistyped grid must not fill the disk with runs. */
const MAX_RUNS = 1000;

/**
 * Every combination of a grid's settings, block by block.
 * @throws GranaryError GRID_INVALID when there are too many
 */
export function eachRunOf<Run>({ defaults, blocks }: Blocks, form: GridForm): Combination<Run>[] {
  const whole = blocks.map((block) => ({ ...defaults, ...block }));
  // Counted before they are made: ten lists of ten would not fit into memory.
  const count = whole.reduce((sum, block) => sum + countOf(block, form), 0);
  if (count > MAX_RUNS)
    throw new GranaryError(
      'GRID_INVALID',
      `This grid makes ${count} runs, over the limit of ${MAX_RUNS}.`,
      'Shorten its lists, or queue it in parts.',
    );
  return whole.flatMap((block, index) => {
    const where = blocks.length === 1 ? '' : `Block ${index + 1}: `;
    const keys = form.keys.filter((key) => block[key] !== undefined);
    const runs = keys.reduce<Record<string, unknown>[]>(
      (sofar, key) =>
        sofar.flatMap((run) => valuesOf(block, key, form).map((value) => ({ ...run, [key]: value }))),
      [{}],
    );
    const varied = keys.filter((key) => valuesOf(block, key, form).length > 1 && !form.unnamed.includes(key));
    return runs.map((run) => ({
      run: run as Run,
      suffix: varied.map((key) => ` ${key}=${inName(run[key])}`).join(''),
      where,
    }));
  });
}

/**
 * Why a combination cannot be trained, for the queue.
 * @throws what is no failure of ours: a bug
 */
export function reasonOf(error: unknown, where: string): ErrorPayload {
  if (!(error instanceof GranaryError)) throw error;
  const { code, message, fix } = toErrorPayload(error);
  return { code, message: where + message, ...(fix === undefined ? {} : { fix }) };
}

function valuesOf(block: Readonly<Record<string, unknown>>, key: string, { lists }: GridForm): unknown[] {
  const value = block[key];
  if (!Array.isArray(value)) return [value];
  if (lists[key]?.(value[0]) === true) return [value];
  // A value that was written twice is meant once: nobody wants to train the same run twice.
  const distinct = new Map(value.map((one: unknown) => [JSON.stringify(one), one]));
  return [...distinct.values()];
}

function countOf(block: Readonly<Record<string, unknown>>, form: GridForm): number {
  return Object.keys(block).reduce((product, key) => product * valuesOf(block, key, form).length, 1);
}

function inName(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
