import { formatImageSize } from '../../shared/image-size.ts';
import type { Grid, GridBlock } from '../../shared/records/grid.ts';
import type { QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import { type RatingsBlock, type RatingsGrid, ratingsRunName } from '../../shared/records/ratings-grid.ts';
import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { runName } from '../runs/run-id.ts';
import { parseGrid, parseRatingsGrid } from './grid-parse.ts';
import type { AnyPlanned } from './planned.ts';

type Changes = Extract<QueueCommand, { verb: 'duplicate' }>['changes'];

/**
 * A grid of one run of pictures with other settings.
 * @throws GranaryError GRID_INVALID when they are none of a grid block's
 */
export function gridOf(config: RunConfig, changes: Changes): Grid {
  const block = { ...blockOf(config), ...changes };
  if ('size' in changes && !('presize' in changes)) delete block.presize;
  return parseGrid({ blocks: [block] }, 'The changes');
}

/** The same of a recommender. */
export function ratingsGridOf(config: RatingsConfig, changes: Changes): RatingsGrid {
  return parseRatingsGrid(
    { kind: 'ratings', blocks: [{ ...ratingsBlockOf(config), ...changes }] },
    'The changes',
  );
}

/** A run that is to be trained again, as a new one. */
export function anew(run: QueueItem): AnyPlanned {
  if (run.kind === 'ratings') return { kind: run.kind, name: ratingsRunName(run.config), config: run.config };
  const { config } = run;
  // What fitted then need not be what fits now.
  return { name: runName(config), config: config.autoAccum ? { ...config, accum: 1 } : config };
}

/** A block of a sweep that makes this very recommender again, its seed included. */
function ratingsBlockOf(config: RatingsConfig): RatingsBlock {
  const { version: _version, kind: _kind, ratings: _ratings, options: _options, split, ...same } = config;
  if (split.type === 'file') return { ...same, split: split.path };
  return {
    ...same,
    split: split.type,
    ...(split.type === 'leave-one-out' ? {} : { validFraction: split.validFraction }),
  };
}

/** A grid block of one run that makes this very config again, its seed included. */
export function blockOf(config: RunConfig): GridBlock {
  const {
    version: _version,
    dataset: _dataset,
    datasetOptions: _options,
    size,
    presize,
    split,
    augment,
    accum,
    autoAccum,
    ...same
  } = config;
  return {
    ...same,
    accum: autoAccum ? 'auto' : accum,
    size: formatImageSize(size),
    ...(presize === undefined ? {} : { presize: formatImageSize(presize) }),
    ...(split.type === 'file' ? { split: split.path } : {}),
    augment: augment === null ? null : { ...augment },
  };
}
