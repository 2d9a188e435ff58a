import type { GridBlock } from '../../shared/records/grid.ts';

/**
 * Settings that have no control of their own, written a line each: `dropPath: 0.1`, or `dropPath: 0, 0.1` for a run with each.
 * Main checks names and values; here only the form of a line is read.
 */
export function parseSettings(text: string): { settings: Record<string, unknown>; fault: string | null } {
  const settings: Record<string, unknown> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const at = line.indexOf(':');
    const key = line.slice(0, at).trim();
    if (at < 0 || !/^[A-Za-z]+$/.test(key))
      return { settings, fault: `"${line.trim()}" is not a setting: write its name, a colon and its value.` };
    const values = line
      .slice(at + 1)
      .split(',')
      .map((part) => valueOf(part.trim()));
    if (values.some((value) => value === '')) return { settings, fault: `"${key}" has no value.` };
    settings[key] = values.length === 1 ? values[0] : values;
  }
  return { settings, fault: null };
}

function valueOf(text: string): unknown {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null') return null;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The same backwards: settings as lines. Those that a line cannot hold (such as augmentation's) are left out of the text. */
export function settingsText(settings: Partial<GridBlock>): string {
  return Object.entries(settings)
    .filter(([, value]) => fitsLine(value))
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('\n');
}

export function fitsLine(value: unknown): boolean {
  const one = (item: unknown): boolean => item === null || typeof item !== 'object';
  return value !== undefined && (Array.isArray(value) ? value.every(one) : one(value));
}
