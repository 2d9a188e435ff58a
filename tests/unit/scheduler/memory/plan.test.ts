import { describe, expect, it } from 'vitest';
import { memoryWarning } from '../../../../shared/memory.ts';
import { memoryMarginSchema, memoryPlanSchema } from '../../../../shared/records/memory-plan.ts';
import { accumulations } from '../../../../src-main/scheduler/memory/accumulations.ts';
import type { MemoryChoice, PlanRequest } from '../../../../src-main/scheduler/memory/plan-request.ts';
import { marginMb, planMemory } from '../../../../src-main/scheduler/memory/plan.ts';

const margin = memoryMarginSchema.parse({});

/** A network that takes 500 MiB and 100 a picture; with checkpointing 30 a picture. */
function request(freeMb: number, change: Partial<PlanRequest> = {}): PlanRequest {
  const batchSize = change.batchSize ?? 64;
  return {
    batchSize,
    accum: 1,
    checkpointing: false,
    automatic: true,
    device: { kind: 'card', name: 'RTX 3060', totalMb: 12_288, freeMb },
    margin,
    need: ({ accum, checkpointing }: MemoryChoice) => ({
      predictedMb: 500 + (checkpointing ? 30 : 100) * (batchSize / accum),
      probedMb: null,
    }),
    ...change,
  };
}

const chosen = (freeMb: number, change: Partial<PlanRequest> = {}): [number, boolean, boolean] => {
  const { microBatch, checkpointing, fits } = planMemory(request(freeMb, change));
  return [microBatch, checkpointing, fits];
};

describe('the margin', () => {
  it('is a share of what is free, and at least 300 MiB', () => {
    expect(marginMb({ freeMb: 10_000 }, margin)).toBeCloseTo(600);
    expect(marginMb({ freeMb: 1000 }, margin)).toBe(300);
    expect(marginMb({ freeMb: 1000 }, memoryMarginSchema.parse({ share: 0.2, leastMb: 50 }))).toBe(200);
  });
});

describe('accumulations of a batch', () => {
  it('leave micro-batches that are multiples of eight, then every divisor', () => {
    expect(accumulations(64)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(accumulations(48).map((accum) => 48 / accum)).toEqual([48, 24, 16, 8, 6, 4, 3, 2, 1]);
    expect(accumulations(40).map((accum) => 40 / accum)).toEqual([40, 8, 5, 4, 2, 1]);
  });

  it('take every divisor of a batch that has no such micro-batch', () => {
    expect(accumulations(36).map((accum) => 36 / accum)).toEqual([36, 18, 12, 9, 6, 4, 3, 2, 1]);
    expect(accumulations(1)).toEqual([1]);
    expect(accumulations(7)).toEqual([1, 7]);
  });

  it('do not go below the least', () => {
    expect(accumulations(64, 4)).toEqual([4, 8, 16, 32, 64]);
  });
});

describe('the planner', () => {
  it('takes the smallest accumulation that fits', () => {
    expect(chosen(8000)).toEqual([64, false, true]);
    expect(chosen(4500)).toEqual([32, false, true]);
    expect(chosen(2500)).toEqual([16, false, true]);
  });

  it('counts to the last megabyte', () => {
    // 64 pictures need 6900, and the margin of 7340.43 is 440.43.
    expect(chosen(7341)[0]).toBe(64);
    expect(chosen(7340)[0]).toBe(32);
  });

  it('always keeps the effective batch', () => {
    for (const batchSize of [64, 48, 36, 30, 7])
      for (const free of [900, 1200, 2000, 5000, 20_000]) {
        const plan = planMemory(request(free, { batchSize }));
        expect(plan.microBatch * plan.accum).toBe(batchSize);
        expect(Number.isInteger(plan.microBatch)).toBe(true);
      }
  });

  it('turns to checkpointing before a micro-batch of one', () => {
    // 950 MiB less 300: two pictures need 700, one 600; with checkpointing four need 620.
    expect(chosen(950)).toEqual([4, true, true]);
    expect(chosen(1010)).toEqual([2, false, true]);
  });

  it('takes a micro-batch of one where nothing is to be saved by checkpointing', () => {
    const need: PlanRequest['need'] = ({ accum, checkpointing }) =>
      checkpointing ? null : { predictedMb: 500 + 100 * (64 / accum), probedMb: null };
    expect(chosen(950, { need })).toEqual([1, false, true]);
  });

  it('keeps checkpointing where it was asked for', () => {
    expect(chosen(8000, { checkpointing: true })).toEqual([64, true, true]);
  });

  it('does not go below the accumulation that it is given', () => {
    expect(chosen(8000, { accum: 4 })).toEqual([16, false, true]);
  });

  it('counts with what was probed rather than predicted', () => {
    const need: PlanRequest['need'] = ({ accum }) => ({ predictedMb: 10, probedMb: 100 * (64 / accum) });
    const plan = planMemory(request(3600, { need }));
    expect(plan).toMatchObject({ microBatch: 32, predictedMb: 10, probedMb: 3200 });
    expect(plan.reason).toContain('probed');
  });

  it('says what it chose, why, and what did not fit', () => {
    const plan = planMemory(request(4500));
    expect(plan.reason).toBe(
      'The smallest accumulation that fits is 2: micro-batches of 32 need 3.6 GiB (predicted) and fit 4.1 GiB ' +
        '(4.4 GiB free on RTX 3060, less a margin of 300 MiB); micro-batches of 64 would need 6.7 GiB (predicted).',
    );
    expect(memoryPlanSchema.parse(plan)).toEqual(plan);
    expect(memoryWarning(plan)).toBeNull();
  });

  it('says when nothing fits, and what comes nearest', () => {
    const plan = planMemory(request(700));
    expect(plan).toMatchObject({ fits: false, microBatch: 1, checkpointing: true, predictedMb: 530 });
    // 700 suffice when nothing is kept back.
    expect(plan.reason).toContain('by taking from the margin');
    expect(planMemory(request(500)).reason).toContain('It cannot fit');
  });

  it('keeps an accumulation that was asked for, and warns with what would fit', () => {
    const plan = planMemory(request(4500, { automatic: false, accum: 1 }));
    expect(plan).toMatchObject({ accum: 1, microBatch: 64, fits: false, chosen: 'asked' });
    expect(plan.reason).toContain('Micro-batches of 32 (accumulation 2) would.');
    expect(memoryWarning(plan)).toContain('6.7 GiB');
    expect(planMemory(request(4500, { automatic: false, accum: 8 })).reason).toMatch(/^As asked: /);
  });

  it('is not put out by a card that has nothing left', () => {
    expect(planMemory(request(0)).fits).toBe(false);
  });
});
