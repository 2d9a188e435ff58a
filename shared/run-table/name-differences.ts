import type { RunRow } from '../ipc/views.ts';
import { differingSettings } from './settings.ts';

/** More settings than these no line has room for. */
const MOST = 2;

/**
 * What tells runs of one name apart, by id: the settings in which they differ, at most two, such as `lr 0.002, seed 3`. A run
 * whose name is its own, or whose namesakes have the same settings, is left out.
 */
export function nameDifferences(
  rows: readonly Pick<RunRow, 'id' | 'name' | 'settings'>[],
): ReadonlyMap<string, string> {
  const byName = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) {
    const namesakes = byName.get(row.name);
    if (namesakes === undefined) byName.set(row.name, [row]);
    else namesakes.push(row);
  }
  const told = new Map<string, string>();
  for (const namesakes of byName.values()) {
    if (namesakes.length < 2) continue;
    const names = differingSettings(namesakes.map(({ settings }) => settings)).slice(0, MOST);
    if (names.length === 0) continue;
    for (const { id, settings } of namesakes)
      told.set(id, names.map((name) => `${name} ${settings[name] ?? '–'}`).join(', '));
  }
  return told;
}
