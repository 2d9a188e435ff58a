import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../shared/records/attempts.ts';
import type { MemoryPlan } from '../../../shared/records/memory-plan.ts';
import { runMemory } from '../../../shared/run-table/run-memory.ts';
import { memoryTable } from '../../../src-main/report/memory-table.ts';
import { exampleHeader } from '../runs/example-run.ts';

const plan: MemoryPlan = {
  ...{ version: 1, time: '', marginMb: 300, batchSize: 64, accum: 4, microBatch: 16, checkpointing: true },
  device: { kind: 'main-memory', name: 'main memory', totalMb: 8000, freeMb: 4000 },
  ...{
    predictedMb: 2048,
    probedMb: 2150,
    chosen: 'automatic',
    fits: true,
    reason: 'The smallest <that> fits.',
  },
};
const attempt = (number: number, more: Partial<Attempt>): Attempt => ({
  ...{ number, started: '2026-11-25T10:00:00Z', reason: 'first', accum: 2, microBatch: 32, from: null },
  ...{
    memory: null,
    peakRssMb: 3072,
    ended: '2026-11-25T10:05:00Z',
    outcome: 'WORKER_OUT_OF_MEMORY',
    message: null,
  },
  ...more,
});
const attempts = [
  attempt(1, {}),
  attempt(2, {
    ...{ reason: 'memory did not suffice at accumulation 2', from: { epoch: 3, windows: 12, step: 40 } },
    ...{ accum: 4, microBatch: 16, outcome: 'finished', peakRssMb: 2100 },
  }),
];

describe('the memory of runs in a report', () => {
  const base = exampleHeader('r');
  const header = {
    ...base,
    microBatch: 16,
    memory: plan,
    config: { ...base.config, batchSize: 64, accum: 4 },
  };

  it('has the plan, the highest peak of any process, and each process that took over', () => {
    const memory = runMemory({ header, epochs: [], result: null }, attempts);
    expect(memory).toEqual({
      ...{ batch: '16 × 4 = 64', checkpointing: true, plan, truePeakMb: 3072, processes: 2 },
    });
    const run = { id: 'r', header, epochs: [], result: null };
    const html = memoryTable([run as never], new Map([['r', attempts]]));
    expect(html).toContain(
      '<td>16 × 4 = 64, checkpointing</td><td>2.0 GiB</td><td>2.1 GiB</td><td>3.0 GiB</td>',
    );
    const half = { ...header, config: { ...header.config, precision: 'bfloat16' } };
    expect(memoryTable([{ ...run, header: half } as never], new Map())).toContain(
      '<td>16 × 4 = 64, checkpointing, bfloat16</td>',
    );
    expect(html).toContain('The smallest &#60;that&#62; fits.');
    expect(html).toContain(
      'Process 2 went on after step 12 of epoch 4, memory did not suffice at accumulation 2.',
    );
  });

  it('says so where nothing was planned, and leaves out folders that cannot be read', () => {
    const { memory: _memory, ...unplanned } = header;
    const runs = [
      { id: 'r', header: unplanned, epochs: [], result: null },
      { id: 'x', header: null, epochs: [], result: null },
    ] as never;
    const html = memoryTable(runs, new Map());
    expect(html).toContain('Nothing was planned.');
    expect(html.match(/<tr>/g)).toHaveLength(2);
    expect(memoryTable([], new Map())).toBe('');
  });
});
