import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(__dirname, '../../../src-renderer/styles/tokens.css'), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]),
  );
}

/** Relative luminance of `#rrggbb` (WCAG 2.1). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

const text = ['text', 'text-soft', 'accent', 'good', 'warn', 'bad'];
const grounds = ['ground', 'surface', 'sunken', 'accent-soft', 'warn-soft', 'bad-soft'];
const marks = ['line-strong', 'bar', 'chart-train', 'chart-valid', 'chart-error'].concat(
  [1, 2, 3, 4].map((place) => `chart-target-${place}`),
  [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `run-${number}`),
);

describe.each([
  ['light', colours(light)],
  ['dark', colours(dark)],
])('colours of the %s theme', (_theme, tokens) => {
  it.each(text.flatMap((front) => grounds.map((back) => [front, back])))(
    '%s reads on %s (AA, 4.5:1)',
    (front, back) => {
      expect(contrast(tokens[front!]!, tokens[back!]!)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('text on the accent reads (4.5:1)', () => {
    expect(contrast(tokens['on-accent']!, tokens['accent']!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(marks.flatMap((mark) => ['ground', 'surface'].map((back) => [mark, back])))(
    '%s is seen on %s (3:1)',
    (mark, back) => expect(contrast(tokens[mark!]!, tokens[back!]!)).toBeGreaterThanOrEqual(3),
  );
});
