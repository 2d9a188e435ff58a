import { expect, it } from 'vitest';
import { changedWishes, readWishes } from '../../../src-main/app/wishes.ts';

it('keeps a newer version’s wishes when another one changes, and goes by the default meanwhile', () => {
  const saved = { theme: 'sepia', notify: false, sounds: { done: 'bell' }, panes: { grid: 300 } };
  expect(readWishes(saved)).toMatchObject({ theme: 'system', notify: false, panes: { grid: 300 } });
  const after = changedWishes(saved, { whenClosed: 'tray', notify: undefined });
  expect(after).toEqual({ ...saved, whenClosed: 'tray' });
  expect(readWishes(after)).toMatchObject({ theme: 'system', notify: false, whenClosed: 'tray' });
  expect(changedWishes(after, { theme: 'dark' })).toMatchObject({ theme: 'dark', sounds: { done: 'bell' } });
});

it.each([undefined, null, 'x', 7, ['a']])('takes %j for no wishes', (saved) => {
  expect(readWishes(saved)).toEqual(readWishes({}));
  expect(changedWishes(saved, { notify: false })).toEqual({ notify: false });
});
