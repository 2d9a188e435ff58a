import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { RatingsBlock, RatingsGrid } from '../../shared/records/ratings-grid.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import { checkSomeValid } from '../scheduler/grid.ts';
import { readAnyGridFile } from '../scheduler/grid-file.ts';
import { ratingsGridOfFlags } from '../scheduler/grid-parse.ts';
import { type RatingsSource, planRatingsGrid } from '../scheduler/ratings-grid.ts';
import type { Workbench } from '../scheduler/workbench.ts';
import type { RatingsFlags } from './collab-flags.ts';
import { defined } from './run-flags.ts';

/** Flags that are settings of a grid as they stand. */
const settings = [
  ...['layers', 'intercept', 'decay', 'epochs', 'batchSize', 'lr', 'negatives', 'optimizer'],
  ...['validFraction', 'seed'],
] as const satisfies readonly (keyof RatingsBlock)[];

/** The flags of `collab train` as commander gives them; lists make a sweep. The grid's schema looks into the settings. */
export interface TrainFlags extends RatingsFlags, Partial<Record<(typeof settings)[number], unknown>> {
  grid?: string;
  valid?: string;
  split?: string;
  model?: string[];
  factors?: number[];
  range?: string;
  wd?: number[];
}

/**
 * The sweep that the flags ask for: one block, or a file's blocks with these settings in place of their own.
 * @throws GranaryError USAGE, GRID_INVALID
 */
export function sweepOf(flags: TrainFlags): RatingsGrid {
  const flagged = ratingsGridOfFlags(blockOf(flags));
  if (flags.grid === undefined) return flagged;
  const grid = readAnyGridFile(flags.grid);
  if (grid.kind === 'ratings')
    return { ...grid, blocks: grid.blocks.map((block) => ({ ...block, ...flagged.blocks[0] })) };
  throw new GranaryError(
    'GRID_INVALID',
    `${flags.grid} is a grid of pictures: it does not say kind: ratings.`,
    'Queue it with its dataset: granary queue DATASET --grid FILE.',
  );
}

/**
 * Queues a sweep once the workspace is there. What cannot be is told at once, before the workspace is waited for.
 * @throws GranaryError DATASET_NOT_FOUND, GRID_INVALID; the first reason when no combination can be trained
 */
export function sweepRequest(
  source: RatingsSource,
  grid: RatingsGrid,
): (workbench: Workbench) => Promise<QueueItem[]> {
  if (!existsSync(source.path))
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `There is no ratings file ${resolve(source.path)}.`,
      'Give the path of one file, such as ml-100k/u.data or ml-latest-small/ratings.csv.',
    );
  checkSomeValid(planRatingsGrid(grid, source));
  return (workbench) => workbench.enqueueRatings(source, grid);
}

function blockOf(flags: TrainFlags): Partial<Record<keyof RatingsBlock, unknown>> {
  return defined({
    ...Object.fromEntries(settings.map((name) => [name, flags[name]])),
    model: single(flags.model),
    factors: single(flags.factors),
    range: rangeOf(flags.range),
    weightDecay: single(flags.wd),
    split: splitOf(flags),
  });
}

/** A list of one is no sweep, and no part of a name. */
function single<T>(values: T[] | undefined): T | T[] | undefined {
  return values?.length === 1 ? values[0] : values;
}

function splitOf({ valid, split }: TrainFlags): string | undefined {
  if (valid === undefined) return split;
  if (split === undefined) return resolve(valid);
  throw new GranaryError('USAGE', '--valid and --split both say what validates.', 'Give one of them.');
}

function rangeOf(text: string | undefined): unknown {
  const ends = text?.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return ends?.length === 2 && !ends.some((end) => Number.isNaN(end)) ? ends : text;
}
