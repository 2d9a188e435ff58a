import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { type RatingsConfig, ratingsConfigSchema } from '../../shared/records/ratings-run.ts';
import { ratingsRunName } from '../../shared/records/ratings-sweep.ts';
import { stampedId } from '../runs/run-id.ts';
import { type RatingsFlags, ratingsOptionsOf } from './collab-flags.ts';

/** The flags of `collab train` as commander gives them. */
export interface TrainFlags extends RatingsFlags {
  valid?: string;
  split?: string;
  validFraction?: number;
  model?: string;
  factors?: string;
  layers?: string;
  range?: string;
  intercept?: string;
  wd?: string;
  decay?: string;
  epochs?: number;
  batchSize?: number;
  lr?: number;
  negatives?: number;
  optimizer?: string;
  seed?: number;
}

/**
 * One config for each combination of what was given as a list: weight decay and factors.
 * @throws GranaryError USAGE, CONFIG_INVALID, SPLIT_INVALID
 */
export function configsOf(ratings: string, flags: TrainFlags): RatingsConfig[] {
  // One seed for all, so that a sweep compares settings on the same split and start.
  const seed = flags.seed ?? randomInt(2 ** 32);
  const wds = flags.wd === undefined ? [undefined] : numbers('--wd', flags.wd);
  const factors = flags.factors === undefined ? [undefined] : numbers('--factors', flags.factors);
  return wds.flatMap((weightDecay) =>
    factors.map((count) => {
      const parsed = ratingsConfigSchema.safeParse({
        ratings: resolve(ratings),
        options: ratingsOptionsOf(flags),
        model: flags.model,
        factors: count,
        layers: flags.layers === undefined ? undefined : numbers('--layers', flags.layers),
        range: rangeOf(flags.range),
        intercept: flags.intercept,
        weightDecay,
        decay: flags.decay,
        epochs: flags.epochs,
        batchSize: flags.batchSize,
        lr: flags.lr,
        negatives: flags.negatives,
        optimizer: flags.optimizer,
        split: splitOf(flags),
        seed,
      });
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0]!;
      throw new GranaryError(
        'CONFIG_INVALID',
        `The setting ${issue.path.join('.')} cannot be used: ${issue.message}.`,
        'Run with --help for the flags and their values.',
      );
    }),
  );
}

/** `20261123-211500-ratings-dot-bias-50-wd0.1-k3x9`, as other runs' ids. */
export function newRatingsRunId(config: RatingsConfig, now: Date = new Date()): string {
  return stampedId(`ratings-${ratingsRunName(config).replace(/ (\d)/g, '$1').replaceAll(' ', '-')}`, now);
}

function splitOf({ valid, split, validFraction }: TrainFlags): unknown {
  if (valid !== undefined) {
    const path = resolve(valid);
    if (split !== undefined)
      throw new GranaryError('USAGE', '--valid and --split both say what validates.', 'Give one of them.');
    if (existsSync(path)) return { type: 'file', path };
    throw new GranaryError(
      'SPLIT_INVALID',
      `There is no validation file ${path}.`,
      'Give the path of a ratings file.',
    );
  }
  return split === undefined && validFraction === undefined
    ? undefined
    : { type: split ?? 'random', ...(split === 'leave-one-out' ? {} : { validFraction }) };
}

function rangeOf(text: string | undefined): unknown {
  if (text === undefined || text === 'auto' || text === 'none') return text;
  const ends = numbers('--range', text);
  if (ends.length === 2) return ends;
  throw new GranaryError(
    'USAGE',
    `--range needs two numbers, and "${text}" was given.`,
    'For example: --range 0,5.5',
  );
}

function numbers(flag: string, text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!values.some((value) => Number.isNaN(value))) return values;
  throw new GranaryError(
    'USAGE',
    `${flag} needs a number, or several with commas between them, and "${text}" was given.`,
    `For example: ${flag} 0.1`,
  );
}
