import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runColors } from '../../shared/palette.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';

const colorsSchema = z.record(z.string(), z.number().int().min(1).max(runColors.length));

/**
 * Gives runs that have no colour yet the next of the palette, in their order, so that runs that were queued together differ.
 * @param known numbers (from 1) by run id; not changed
 * @returns all of them, and whether any is new
 */
export function assignColors(
  known: ReadonlyMap<string, number>,
  ids: readonly string[],
): { colors: Map<string, number>; added: boolean } {
  const colors = new Map(known);
  let last = [...known.values()].pop() ?? 0;
  for (const id of ids) {
    if (colors.has(id)) continue;
    last = (last % runColors.length) + 1;
    colors.set(id, last);
  }
  return { colors, added: colors.size > known.size };
}

/**
 * The palette numbers of a workspace's runs (`run-colors.json`). A run keeps its colour for good, also when others come or go;
 * a workspace that cannot be written to is coloured all the same.
 */
export function colorsOf(workspace: string, ids: readonly string[]): Map<string, number> {
  const path = join(workspace, layout.colors);
  const { colors, added } = assignColors(readColors(path), ids);
  if (added) {
    try {
      writeJsonAtomic(path, Object.fromEntries(colors));
    } catch {
      // Read-only or full: they are given out anew the next time.
    }
  }
  return colors;
}

function readColors(path: string): Map<string, number> {
  try {
    return new Map(Object.entries(colorsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))));
  } catch {
    return new Map();
  }
}
