import { describe, expect, it } from 'vitest';
import { nameLines, splitName } from '../../../src-renderer/parts/split-name.ts';

describe('a name where room is short', () => {
  it('keeps its end, and loses nothing to begin with', () => {
    expect(splitName('tf_efficientnet_lite0')).toEqual({ start: 'tf_efficientn', end: 'et_lite0' });
    for (const name of ['', 'x', 'night2', 'a very long name that somebody wrote for a run of theirs']) {
      const { start, end } = splitName(name);
      expect(start + end).toBe(name);
    }
  });

  it('has resize method and size in a line of their own, unless somebody renamed the run', () => {
    expect(nameLines('swin_tiny_patch4_window7_224 squish 320x240', 'swin_tiny_patch4_window7_224')).toEqual({
      first: 'swin_tiny_patch4_window7_224',
      second: 'squish 320x240',
    });
    expect(nameLines('the long squish', 'resnet18')).toEqual({ first: 'the long squish', second: '' });
    expect(nameLines('dot-bias 50', undefined)).toEqual({ first: 'dot-bias 50', second: '' });
  });
});
