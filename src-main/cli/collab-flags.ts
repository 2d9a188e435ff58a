import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RatingsOptions } from '../../shared/records/ratings.ts';

/** How a ratings file is read, as commander gives it. */
export interface RatingsFlags {
  items?: string;
  userColumn?: string;
  itemColumn?: string;
  ratingColumn?: string | false;
  timeColumn?: string | false;
}

/** Adds what says how a ratings file is read. */
export function addRatingsFlags(command: Command): Command {
  return command
    .option('--items <file>', 'titles of the items: u.item, movies.csv, movies.dat or the like')
    .option('--user-column <name>', 'column of the users: its name, or its number from 1 (default: guessed)')
    .option('--item-column <name>', 'column of the items (default: guessed)')
    .option('--rating-column <name>', 'column of the ratings (default: guessed)')
    .option('--no-rating-column', 'there are no ratings: a row says that the user took the item')
    .option('--time-column <name>', 'column of the times (default: guessed)')
    .option('--no-time-column', 'there are no times');
}

export function ratingsOptionsOf(flags: RatingsFlags): RatingsOptions {
  const column = (value: string | false | undefined): string | null | undefined =>
    value === false ? null : value;
  const { items, userColumn, itemColumn } = flags;
  return {
    ...(items === undefined ? {} : { items: resolve(items) }),
    ...(userColumn === undefined ? {} : { userColumn }),
    ...(itemColumn === undefined ? {} : { itemColumn }),
    ...(flags.ratingColumn === undefined ? {} : { ratingColumn: column(flags.ratingColumn)! }),
    ...(flags.timeColumn === undefined ? {} : { timeColumn: column(flags.timeColumn)! }),
  };
}
