import { describe, expect, it } from 'vitest';
import { confusionTable } from '../../../src-main/report/confusion-table.ts';
import { escapeHtml, lineChart, niceStep, ticks } from '../../../src-main/report/svg-lines.ts';

describe('ticks', () => {
  it('stand at round values and inside the range', () => {
    expect(niceStep(1, 5)).toBeCloseTo(0.2);
    expect(niceStep(0.034, 5)).toBeCloseTo(0.01);
    expect(ticks(0, 1.05, 5)).toEqual([0, 0.5, 1]);
    expect(ticks(0, 0.94, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(ticks(2, 2, 5)).toEqual([2]);
  });
});

describe('lineChart', () => {
  const line = { name: 'a', color: '#0072B2', points: [[1, 2] as const, [2, 1] as const] };

  it('draws each point inside the frame', () => {
    const svg = lineChart({ title: 'Loss', xLabel: 'epoch', lines: [line] });
    const points = /points="([^"]+)"/
      .exec(svg)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number));
    expect(points).toHaveLength(2);
    expect(points[0]![0]).toBeLessThan(points[1]![0]!);
    // SVG's y grows downwards: the smaller loss is lower on the screen.
    expect(points[0]![1]).toBeLessThan(points[1]![1]!);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(460);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(250);
    }
  });

  it('says so when there is nothing to draw, and survives one point and zeros', () => {
    expect(lineChart({ title: 'Loss', xLabel: 'epoch', lines: [] })).toContain('No finished epoch yet');
    expect(
      lineChart({ title: 'Loss', xLabel: 'epoch', lines: [{ ...line, points: [[1, 0]] }] }),
    ).not.toContain('NaN');
  });

  it('escapes names: they come from users’ folders', () => {
    expect(escapeHtml('<b a="1">&')).toBe('&#60;b a=&#34;1&#34;&#62;&#38;');
    expect(lineChart({ title: '<script>', xLabel: 'x', lines: [line] })).not.toContain('<script>');
    expect(
      confusionTable(
        ['<img>', 'b'],
        [
          [1, 0],
          [2, 3],
        ],
      ),
    ).not.toContain('<img>');
  });
});

describe('confusionTable', () => {
  it('shades a cell by its share of the true class', () => {
    const html = confusionTable(
      ['a', 'b'],
      [
        [3, 1],
        [0, 5],
      ],
    );
    expect(html).toContain(
      '<td class="hit" style="--share:0.750">3</td><td class="miss" style="--share:0.250">1</td>',
    );
    expect(html).toContain('<td class="miss" style="--share:0.000"></td>');
  });
});
