import { describe, expect, it } from 'vitest';
import type { MachineSample } from '../../../shared/ipc/machine-views.ts';
import type { MemoryPlan } from '../../../shared/records/memory-plan.ts';
import { machineCurves } from '../../../src-renderer/views/queue/machine-series.ts';

const card = {
  uuid: 'a',
  index: 0,
  name: 'RTX 3060',
  totalMb: 12_288,
  usedMb: 2048,
  utilization: 0.5,
  temperatureC: 60,
};
const sample = (time: number, more: Partial<MachineSample> = {}): MachineSample => ({
  ...{ time, totalMb: 8192, freeMb: 6144, load: 0.25, cards: [card], workers: [], problem: null },
  ...more,
});
const plan = (kind: 'card' | 'main-memory', probedMb: number | null): MemoryPlan => ({
  ...{ version: 1, time: '', marginMb: 300, batchSize: 64, accum: 1, microBatch: 64, checkpointing: false },
  device: { kind, name: kind === 'card' ? 'RTX 3060' : 'main memory', totalMb: 12_288, freeMb: 9000 },
  ...{ predictedMb: 3072, probedMb, chosen: 'automatic', fits: true, reason: '' },
});
const names = (series: { name: string }[]): string[] => series.map(({ name }) => name);

describe('the curves of the machine', () => {
  it('has main memory and processors where there is no card', () => {
    const workers = [{ runId: 'r', residentMb: 1024, cardUuid: null, cardMb: null }];
    const samples = [sample(1, { cards: [] }), sample(2, { cards: [], workers })];
    const { memories, load, temperature, processorLoad } = machineCurves(samples, {
      runId: 'r',
      plan: plan('main-memory', null),
    });
    expect(memories.map(({ title }) => title)).toEqual(['Main memory']);
    expect(names(memories[0]!.series)).toEqual(['all programs', 'the worker', 'predicted peak']);
    expect(memories[0]!.series.map(({ ys }) => [...Array.from(ys)])).toEqual([
      [2, 2],
      [NaN, 1],
      [3, 3],
    ]);
    expect([names(load), temperature, processorLoad]).toEqual([['processors'], [], 0.25]);
  });

  it("draws the run's peak and its worker in the card that it trains on", () => {
    const second = { ...card, uuid: 'b', index: 1, name: 'RTX 4090' };
    const workers = [{ runId: 'r', residentMb: 500, cardUuid: 'a', cardMb: 1024 }];
    const samples = [
      sample(1, { cards: [second, card], workers }),
      sample(2, { cards: [second, card], workers }),
    ];
    const { memories, temperature } = machineCurves(samples, { runId: 'r', plan: plan('card', 4096) });
    expect(memories.map(({ title }) => title)).toEqual([
      'Card 0, RTX 3060',
      'Card 1, RTX 4090',
      'Main memory',
    ]);
    expect(names(memories[0]!.series)).toEqual(['all programs', 'the worker', 'probed peak']);
    expect(Array.from(memories[0]!.series[2]!.ys)).toEqual([4, 4]);
    expect(names(memories[1]!.series)).toEqual(['all programs']);
    expect(names(memories[2]!.series)).toEqual(['all programs', 'the worker']);
    expect(names(temperature)).toEqual(['RTX 3060', 'RTX 4090']);
  });

  it('keeps the curve of a card that has vanished, with a gap, and says so', () => {
    const { memories } = machineCurves([sample(1), sample(2, { cards: [] })], null);
    expect(memories[0]).toMatchObject({ title: 'RTX 3060', gone: true, usedMb: null });
    expect(Array.from(memories[0]!.series[0]!.ys)).toEqual([2, NaN]);
  });

  it('has nothing to draw before the first sample', () => {
    const { memories, load } = machineCurves([], null);
    expect(memories).toHaveLength(1);
    expect(memories[0]!.series[0]!.xs).toHaveLength(0);
    expect(load[0]!.xs).toHaveLength(0);
  });
});
