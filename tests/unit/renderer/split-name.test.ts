import { describe, expect, it } from 'vitest';
import { splitName } from '../../../src-renderer/parts/split-name.ts';

describe('a run’s name where room is short', () => {
  it('keeps what tells runs of one architecture apart', () => {
    expect(splitName('tf_efficientnet_lite0 crop 64')).toEqual({
      start: 'tf_efficientnet',
      end: '_lite0 crop 64',
    });
    expect(splitName('convnext_small squish 320x240')).toEqual({
      start: 'convnext_small',
      end: ' squish 320x240',
    });
    expect(splitName('resnet34 pad 128')).toEqual({ start: 'resnet34', end: ' pad 128' });
  });

  it('cuts nothing away from any name', () => {
    for (const name of [
      '',
      'x',
      'night2',
      'a very long name that somebody wrote for a run of theirs',
      '_ a',
    ]) {
      const { start, end } = splitName(name);
      expect(start + end).toBe(name);
      expect(end.length).toBeLessThanOrEqual(16);
    }
  });
});
