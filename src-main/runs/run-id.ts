import { randomInt } from 'node:crypto';
import { GranaryError } from '../../shared/errors.ts';
import { formatImageSize, type ImageSize } from '../../shared/image-size.ts';
import { ratingsRunName } from '../../shared/records/ratings-grid.ts';
import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import type { ResizeMethod } from '../../shared/records/run-config.ts';

/** What a run's name and id are made of. */
export interface RunNaming {
  arch: string;
  resize: ResizeMethod;
  size: ImageSize;
}

/** What people call a run: `tf_efficientnet_lite0 squish 128`. */
export function runName({ arch, resize, size }: RunNaming): string {
  return `${arch} ${resize} ${formatImageSize(size)}`;
}

/**
 * A new run's id and folder name: `20261123-211500-tf_efficientnet_lite0-squish-128-k3x9` (UTC, so that ids sort by the time
 * of queueing in every time zone; the random end keeps runs of one second apart).
 */
export function newRunId(naming: RunNaming, now: Date = new Date()): string {
  return stampedId(`${naming.arch}-${naming.resize}-${formatImageSize(naming.size)}`, now);
}

/** `20261123-211500-ratings-dot-bias-50-wd0.1-k3x9`, as other runs' ids. */
export function newRatingsRunId(config: RatingsConfig, now: Date = new Date()): string {
  return stampedId(`ratings-${ratingsRunName(config).replace(/ (\d)/g, '$1').replaceAll(' ', '-')}`, now);
}

/** The time, words that fit a folder's name, and a random end. */
function stampedId(words: string, now: Date = new Date()): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:]/g, '')
    .replace('T', '-');
  const random = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${stamp}-${words}-${random}`;
}

/** Ids that name a folder directly below `runs/`, and nothing else. */
export const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/;

/**
 * Refuses ids that would name anything but a folder directly below `runs/`.
 * @throws GranaryError RUN_NOT_FOUND
 */
export function checkRunId(id: string): string {
  if (runIdPattern.test(id)) return id;
  throw new GranaryError('RUN_NOT_FOUND', `"${id}" is not a run's id.`, 'List the runs with `granary runs`.');
}
