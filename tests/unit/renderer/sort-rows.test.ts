import { describe, expect, it } from 'vitest';
import { runRowSchema, type RunRow } from '../../../shared/ipc/views.ts';
import { describeRow, sortRows } from '../../../src-renderer/state/sort-rows.ts';

function row(id: string, errorRate: number | null, created: string): RunRow {
  return runRowSchema.parse({
    id,
    name: `name ${id}`,
    state: 'finished',
    created,
    dataset: 'd',
    datasetHash: null,
    validHash: null,
    arch: 'resnet18',
    resize: 'crop',
    size: { height: 320, width: 240 },
    epochsDone: 1,
    epochsPlanned: 2,
    validLoss: null,
    errorRate,
    bestErrorRate: null,
    ttaErrorRate: null,
    holdoutErrorRate: null,
    seconds: null,
    problem: null,
  });
}

const rows = [
  row('a', 0.2, '2026-01-01'),
  row('b', null, '2026-01-02'),
  row('c', 0.05, '2026-01-03'),
  row('d', 0.2, '2026-01-04'),
];
const ids = (sorted: RunRow[]): string => sorted.map((one) => one.id).join('');

describe('sortRows', () => {
  it('puts the best error first, ties newest first, and rows without one last', () => {
    expect(ids(sortRows(rows, 'errorRate', false))).toBe('cdab');
  });

  it('keeps rows without the figure last when turned round', () => {
    expect(ids(sortRows(rows, 'errorRate', true))).toBe('dacb');
  });

  it('reads numbers in names as numbers', () => {
    const sizes = ['x 64', 'x 128', 'x 32'].map((name, index) => ({ ...rows[index]!, name }));
    expect(sortRows(sizes, 'name', false).map((one) => one.name)).toEqual(['x 32', 'x 64', 'x 128']);
  });

  it('leaves the given rows alone', () => {
    const before = [...rows];
    sortRows(rows, 'created', true);
    expect(rows).toEqual(before);
  });
});

describe('describeRow', () => {
  it('says what was trained, or else the id', () => {
    expect(describeRow(rows[0]!)).toBe('resnet18 · crop · 320x240');
    expect(describeRow({ ...rows[0]!, arch: null })).toBe('a');
  });
});
