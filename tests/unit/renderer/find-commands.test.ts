import { describe, expect, it } from 'vitest';
import { findCommands } from '../../../src-renderer/state/find-commands.ts';

const commands = [
  { title: 'Go to Grid', group: 'Go to' },
  { title: 'Stop the run that trains', group: 'Queue' },
  { title: 'Light theme', group: 'Window', words: 'colours' },
  { title: 'convnext_tiny squish 128', group: 'Run' },
  { title: 'resnet18 squish 128', group: 'Run', words: 'paddy' },
];
const titles = (query: string): string[] => findCommands(query, commands).map(({ title }) => title);

describe('finding a command', () => {
  it('an empty query keeps all in their order', () => {
    expect(titles('  ')).toEqual(commands.map(({ title }) => title));
  });

  it('every word must be found, in the title, the group or the further words', () => {
    expect(titles('squish res')).toEqual(['resnet18 squish 128']);
    expect(titles('paddy')).toEqual(['resnet18 squish 128']);
    expect(titles('queue stop')).toEqual(['Stop the run that trains']);
    expect(titles('squish queue')).toEqual([]);
  });

  it('a beginning wins over the middle, and letters in order are found too', () => {
    expect(titles('t')[0]).not.toBe('Light theme');
    expect(titles('theme')).toEqual(['Light theme']);
    expect(titles('cvnxt')).toEqual(['convnext_tiny squish 128']);
    expect(titles('xyz')).toEqual([]);
  });
});
