import { describe, expect, it } from 'vitest';
import { leastWidth, parallelAxes } from '../../../src-renderer/charts/parallel-axes.ts';
import { inLines, shortened } from '../../../src-renderer/charts/short-text.ts';

/** Letters of one width. */
const ruler = (text: string): number => 6 * text.length;

describe('shortened', () => {
  it('leaves what fits as it is, and takes the middle out of what does not', () => {
    expect(shortened('resnet26d', 54, ruler)).toBe('resnet26d');
    expect(shortened('tf_efficientnet_lite0', 72, ruler)).toBe('tf_ef…_lite0');
    expect(shortened('tf_efficientnet_lite0', 3, ruler)).toBe('…');
  });

  it('never needs more room than there is, and keeps names apart by their ends', () => {
    for (let room = 24; room < 140; room += 1) {
      const names = ['tf_efficientnet_lite0', 'tf_efficientnet_lite1'].map((name) =>
        shortened(name, room, ruler),
      );
      for (const name of names) expect(ruler(name)).toBeLessThanOrEqual(room);
      expect(names[0]).not.toBe(names[1]);
    }
  });
});

describe('inLines', () => {
  it('breaks a title at a space or after a point, so that the longer line is short', () => {
    expect(inLines('size', 40, ruler)).toEqual(['size']);
    expect(inLines('Hold-out error', 60, ruler)).toEqual(['Hold-out', 'error']);
    expect(inLines('augment.maxRotate', 60, ruler)).toEqual(['augment.', 'maxRotate']);
    expect(inLines('Valid. error, best', 70, ruler)).toEqual(
      ['Valid.', 'error, best'].map((l) => shortened(l, 70, ruler)),
    );
    expect(inLines('weightDecay', 42, ruler)).toEqual([shortened('weightDecay', 42, ruler)]);
  });
});

describe('parallelAxes', () => {
  const words = ['tf_efficientnet_lite0', 'convnext_small', 'vit_small_patch16_224'];
  const axis = (title: string, texts: string[]) => ({
    title,
    ticks: texts.map((text, place) => ({ at: place / Math.max(1, texts.length - 1), text })),
  });
  const axes = [
    axis('arch', words),
    axis('size', ['96', '128']),
    axis('augment.maxRotate', ['5', '10']),
    axis('weights', words),
    axis('Hold-out error, TTA', ['22.2%', '13%']),
  ];

  it.each([260, 380, 446, 700, 1200])(
    'keeps words of one axis off those of the next, over %i pixels',
    (width) => {
      const placed = parallelAxes(axes, width, ruler, ruler);
      const span = (x: number, wide: number, anchor: string): [number, number] =>
        anchor === 'start' ? [x, x + wide] : anchor === 'end' ? [x - wide, x] : [x - wide / 2, x + wide / 2];
      const titles = placed.map(({ title: { lines, x, anchor } }) =>
        span(x, Math.max(...lines.map(ruler)), anchor),
      );
      const ticks = placed.map(({ x, ticks: all }) => [
        x,
        x + 6 + Math.max(...all.map(({ text }) => ruler(text))),
      ]);
      for (const spans of [titles, ticks])
        spans.slice(1).forEach(([from], place) => expect(from).toBeGreaterThanOrEqual(spans[place]![1]!));
      for (const [from, to] of [...titles, ...ticks]) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(width);
      }
    },
  );

  it('leaves figures whole, of the last axis, too, where the axes stand as near as they may', () => {
    const figures = ['0%', '0.0005', '13.3%'];
    const narrow = (text: string): number => 6.8 * text.length;
    // Also beside a last axis whose words are long.
    for (const last of [figures, words])
      for (const count of [2, 5, 10]) {
        const all = Array.from({ length: count }, (_, place) => axis(`figure ${place}`, figures));
        all[count - 1] = axis('last', last);
        const placed = parallelAxes(all, leastWidth(count), narrow, narrow);
        for (const { ticks } of placed.slice(0, last === figures ? count : -1))
          expect(ticks.map(({ text }) => text)).toEqual(figures);
      }
  });

  it('tells the whole of what it shortens, draws at most eight ticks, and stands alone in the middle', () => {
    const [first] = parallelAxes(axes, 380, ruler, ruler);
    expect(first!.ticks.map(({ whole }) => whole)).toEqual(words);
    expect(first!.ticks[0]!.text).toContain('…');
    const many = Array.from({ length: 20 }, (_, place) => String(place));
    const [only] = parallelAxes([axis('seed', many)], 300, ruler, ruler);
    expect(only!.ticks.map(({ text }) => text)).toEqual(['0', '3', '6', '9', '12', '15', '18']);
    expect(only).toMatchObject({ x: 150, title: { x: 150, anchor: 'middle' } });
    expect(parallelAxes([], 300, ruler, ruler)).toEqual([]);
  });
});
