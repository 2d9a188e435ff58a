import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownKeys } from '../../../src-renderer/frame/own-keys.ts';

const root = join(import.meta.dirname, '../../../src-renderer');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** Headings of the panel by the file that hears the keys below them. */
const headings: Record<string, readonly string[]> = {
  'frame/Palette.svelte': ['In the command palette'],
  'parts/Divider.svelte': ['At the edge of a pane'],
  'parts/Menu.svelte': ['In a menu'],
  'parts/PictureGrid.svelte': ['In pictures'],
  'parts/PictureTile.svelte': ['In pictures'],
  'parts/Popover.svelte': ['Everywhere'],
  'parts/Tabs.svelte': ['In tabs'],
  'parts/one-stop.ts': ['In a plot of runs', 'In a list of architectures'],
  'views/grid/Architectures.svelte': ['In a list of architectures'],
  'views/queue/QueueRow.svelte': ['In the queue, at a run that waits'],
  'views/runs/row-walk.svelte.ts': ['In the runs table'],
};
/** Hears the keys of commands, which the panel takes from the commands themselves. */
const ofCommands = ['frame/heard.ts', 'state/keys.ts', 'frame/own-keys.ts'];

/** Names of the keys that a source hears: compared with `event.key`, or looked up by it. */
function heardIn(text: string): string[] {
  if (!/\.key\b/.test(text) || !/KeyboardEvent|onkeydown|'keydown'/.test(text)) return [];
  const names = text.matchAll(
    /'(Arrow\w+|Home|End|Page\w+|Enter|Escape|Tab|Delete|Backspace|F\d+)'|=== '( )'|\b(Arrow\w+|Home|End|PageUp|PageDown|Enter|Escape|Delete|Backspace)(?=:)/g,
  );
  return [...new Set([...names].map(([, quoted, space, bare]) => quoted ?? space ?? bare!))].map((key) =>
    key === ' ' ? 'Space' : key,
  );
}

const hearing = sources
  .filter(({ name }) => !ofCommands.includes(name))
  .map(({ name, text }) => ({ name, keys: heardIn(text) }))
  .filter(({ keys }) => keys.length > 0);

describe('the shortcuts panel', () => {
  it.each(hearing)('names what $name hears', ({ name, keys }) => {
    for (const where of headings[name] ?? [`(no heading for ${name})`]) {
      const named = ownKeys.find((one) => one.where === where)?.keys.flatMap((one) => one.keys) ?? [];
      const last = named.map((key) => key.split('+').pop());
      expect(last, where).toEqual(expect.arrayContaining(keys));
    }
  });

  it('has no heading for what hears nothing', () => {
    expect(Object.keys(headings).sort()).toEqual(hearing.map(({ name }) => name).sort());
  });

  it('knows the key of every command, whatever view is open', () => {
    const inComponents = sources
      .filter(({ name, text }) => name.endsWith('.svelte') && /\bkeys: ['"`]/.test(text))
      .map(({ name }) => name);
    // A command of a component is there only while that is; one with a key belongs into its view's view.ts.
    expect(inComponents).toEqual([]);
  });
});
