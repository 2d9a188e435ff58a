import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { LineCounter, isNode, parseDocument } from 'yaml';
import { GranaryError } from '../../shared/errors.ts';
import type { Grid } from '../../shared/records/grid.ts';
import type { RatingsBlock, RatingsGrid } from '../../shared/records/ratings-grid.ts';
import { type Locate, parseGrid, parseRatingsGrid } from './grid-parse.ts';

/**
 * Reads a grid file of pictures.
 * @throws GranaryError as {@link readAnyGridFile}, and GRID_INVALID where it is one of ratings
 */
export function readGridFile(path: string): Grid {
  const grid = readAnyGridFile(path);
  if (grid.kind !== 'ratings') return grid;
  throw new GranaryError(
    'GRID_INVALID',
    `${path} is a grid of recommenders (kind: ratings), and one of pictures was expected.`,
    'Queue it with a ratings file: granary queue RATINGS --grid FILE.',
  );
}

/**
 * Reads a grid file, YAML or JSON (JSON is YAML), of pictures or of ratings, which says `kind: ratings`. Paths in it (split files,
 * weights) count from the file's own folder.
 * @throws GranaryError GRID_INVALID, naming line, block, key and what was expected
 */
export function readAnyGridFile(path: string): Grid | RatingsGrid {
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
  const folder = dirname(resolve(path));
  if ((value as { kind?: unknown } | null)?.kind === 'ratings')
    return rootedRatings(parseRatingsGrid(value, path, locate), folder);
  const grid = parseGrid(value, path, locate);
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

/** A sweep whose validation files count from a folder. */
function rootedRatings(grid: RatingsGrid, folder: string): RatingsGrid {
  const ways = ['random', 'time', 'leave-one-out'];
  const rooted = (block: RatingsBlock): RatingsBlock =>
    block.split === undefined
      ? block
      : {
          ...block,
          split: eachOf(block.split, (split) => (ways.includes(split) ? split : resolve(folder, split))),
        };
  return {
    ...grid,
    ...(grid.defaults === undefined ? {} : { defaults: rooted(grid.defaults) }),
    blocks: grid.blocks.map(rooted),
  };
}
