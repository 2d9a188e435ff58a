import { describe, expect, it } from 'vitest';
import { parseSettings, settingsText } from '../../../src-renderer/state/other-settings.ts';

describe('settings as lines', () => {
  it('reads one value or several, of any kind', () => {
    const text = 'dropPath: 0, 0.1\n\n# a note\npadMode: reflection\ncheckpointing: true\naugment: null';
    expect(parseSettings(text)).toEqual({
      settings: { dropPath: [0, 0.1], padMode: 'reflection', checkpointing: true, augment: null },
      fault: null,
    });
  });

  it.each([
    ['dropPath 0.1', 'is not a setting'],
    ['drop path: 0.1', 'is not a setting'],
    ['dropPath:', 'has no value'],
    ['dropPath: 0.1,', 'has no value'],
  ])('says what is wrong with %j', (text, words) => expect(parseSettings(text).fault).toContain(words));

  it('comes back as it was written', () => {
    const text = 'dropPath: 0, 0.1\npadMode: reflection';
    expect(settingsText(parseSettings(text).settings)).toBe(text);
    expect(settingsText({ augment: { maxRotate: 3 } })).toBe('');
  });
});
