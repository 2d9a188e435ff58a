import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describe as describeManifest } from '../../../src-main/cli/commands/inspect.ts';
import { manifestOf } from '../dataset/manifest-of.ts';

const text = (manifest: ReturnType<typeof manifestOf>): string =>
  stripVTControlCharacters(describeManifest(manifest).join('\n'));

const sizes = [
  { width: 480, height: 640, count: 3 },
  { width: 640, height: 320, count: 1 },
];

describe('granary inspect', () => {
  it('shows classes with counts, shares and bars, the most frequent first', () => {
    const manifest = {
      ...manifestOf(['a', 'b', 'c', 'd'].map((id, i) => [id, [i < 3 ? '稻瘟病' : 'ok']])),
      sizes,
    };
    const shown = text(manifest);
    expect(shown).toMatch(
      /label {2}2 classes\n {2}稻瘟病 {2}3 {2}75.0% {2}━{24}\n {2}ok {3}1 {2}25.0% {2}━{8}╌{16}/,
    );
    expect(shown).toContain('4 pictures to train on; read from a table');
    expect(shown).toContain('640 × 480 (3), 320 × 640 (1); height × width');
    expect(shown).toContain('3 upright, 1 wide; width ÷ height 0.75 to 2.00');
    expect(shown).toContain('No problems found.');
  });

  it('sums up what would fill the screen', () => {
    const many = {
      ...manifestOf(Array.from({ length: 80 }, (_, i) => [`${i}`, [`class ${i >> 1}`]])),
      sizes,
    };
    expect(text(many)).toContain('and 10 smaller classes');
  });

  it('shows problems with their code, and says when nothing had to be opened', () => {
    const manifest = {
      ...manifestOf([
        ['a', ['x']],
        ['b', ['y']],
      ]),
      sizes,
      problems: [
        {
          code: 'truncated' as const,
          severity: 'error' as const,
          message: '1 picture ends early.',
          ids: ['z'],
          count: 1,
        },
      ],
    };
    expect(text(manifest)).toContain('truncated: 1 picture ends early.');
    expect(text(manifest)).toContain('none has changed since the last time');
    const stats = { ...manifest.stats, imagesPerSecond: 412.3, seconds: 2.04, leftOut: 1 };
    expect(text({ ...manifest, stats })).toContain('2 usable pictures, 1 left out, in 2.0 s (412 images/s)');
  });

  it('prints no control characters of labels, names and paths', () => {
    const manifest = {
      ...manifestOf([
        ['a', ['x\u001b[2J']],
        ['b', ['y\nz']],
      ]),
      sizes,
      name: 'my\npictures',
    };
    const shown = describeManifest(manifest).join('\n');
    expect(shown).toContain('my\uFFFDpictures');
    expect(shown).toContain('x\uFFFD[2J');
    expect(shown).toContain('y\uFFFDz');
  });
});
