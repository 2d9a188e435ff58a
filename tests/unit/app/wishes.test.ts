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

it('drops the one entry that cannot be read, not the others kept beside it', () => {
  const saved = {
    baselines: { '/a': 'run-1', '/b': { run: 'run-2' }, '/c': '../elsewhere', '/d': 'run-4' },
    panes: { grid: 300, 'Another!': 5, runs: 'wide' },
  };
  expect(readWishes(saved).panes).toEqual({ grid: 300 });
  expect(readWishes(saved).baselines).toEqual({ '/a': 'run-1', '/d': 'run-4' });
});
