import { describe, expect, it } from 'vitest';
import { plotScale } from '../../../src-renderer/charts/plot-scale.ts';
import { xPlaces } from '../../../src-renderer/charts/x-axis.ts';
import { ChartGroup } from '../../../src-renderer/charts/chart-group.ts';
import { rowWindow } from '../../../src-renderer/parts/row-window.ts';

describe('plotScale', () => {
  it('places numbers by size, and by their logarithm where they span more than two powers of ten', () => {
    expect(plotScale([0, 5, 10]).place(5)).toBe(0.5);
    expect(plotScale([1e-5, 1e-3, 1e-1]).place(1e-3)).toBeCloseTo(0.5, 12);
    expect(plotScale([3, 3]).place(3)).toBe(0.5);
  });

  it('places words evenly in their order, sizes with their numbers as numbers', () => {
    const { place, ticks } = plotScale(['320x240', '128', '64']);
    expect(ticks.map(({ value }) => value)).toEqual(['64', '128', '320x240']);
    expect(place('128')).toBe(0.5);
  });
});

describe('plotScale, regression', () => {
  it('tells values apart that agree in three digits: two ticks alike threw the whole compare view', () => {
    const { ticks } = plotScale([1.04812, 1.04833, 1.2]);
    expect(ticks.map(({ value }) => value)).toEqual([1.0481, 1.0483, 1.2]);
  });
});

describe('xPlaces', () => {
  const timeline = { step: [10, 20], time: [5000, 9000] };
  it.each([
    ['step', [10, 20]],
    ['epoch', [2, 4]],
    ['relative', [1, 5]],
    ['clock', [5000, 9000]],
  ] as const)('%s', (axis, places) =>
    expect([...Array.from(xPlaces(axis, timeline, 4000, 5))]).toEqual(places),
  );
});

describe('rowWindow', () => {
  it('draws what is seen and a few around, and stands for the rest by its height', () => {
    const seen = rowWindow(4600, 460, 46, 500, 4);
    expect(seen).toEqual({ from: 96, to: 114, before: 96 * 46, after: 386 * 46 });
    expect(rowWindow(0, 460, 46, 3, 4)).toEqual({ from: 0, to: 3, before: 0, after: 0 });
    expect(rowWindow(99_999, 460, 46, 3, 4).to).toBe(3);
  });
});

describe('ChartGroup', () => {
  it('tells every chart of a zoom and of the pointer, and one that left of nothing', () => {
    const group = new ChartGroup();
    const told: string[] = [];
    const member = (name: string) => ({
      rangeChanged: () => told.push(`${name} ${group.range?.min ?? 'all'}`),
      cursorChanged: () => told.push(`${name} at ${group.cursor ?? '-'}`),
    });
    const [a, b] = [member('a'), member('b')];
    group.join(a);
    const leave = group.join(b);
    group.zoom({ min: 2, max: 4 });
    group.zoom({ min: 4, max: 4 });
    group.point(b, 1);
    group.point(a, 1);
    leave();
    group.point(a, 3);
    group.point(a, 3);
    group.zoom(null);
    expect(told).toEqual(['a 2', 'b 2', 'a at 1', 'b at 1', 'a at 3', 'a all']);
  });

  it('takes the pointer away with the chart that it is in', () => {
    const group = new ChartGroup();
    const cursors: (number | null)[] = [];
    const member = () => ({ rangeChanged: () => undefined, cursorChanged: () => cursors.push(group.cursor) });
    const gone = member();
    group.join(member());
    const leave = group.join(gone);
    group.point(gone, 3);
    leave();
    expect(cursors).toEqual([3, 3, null]);
  });
});
