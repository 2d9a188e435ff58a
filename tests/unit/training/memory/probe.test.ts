import { afterEach, expect, it, vi } from 'vitest';
import type { ProbeQuestion } from '../../../../shared/records/memory-probe.ts';
import { Program } from '../../../../src-main/training/program/program.ts';
import { probeMemory } from '../../../../src-main/training/memory/probe.ts';

const size = { height: 32, width: 32 };
const question: ProbeQuestion = {
  ...{ arch: 'convnext_atto', size, presize: size, classes: [3], microBatch: 2 },
  ...{ accumulates: true, checkpointing: false, precision: 'float32' },
};
const gauge = { peakBytes: () => 2 ** 30, peakCardMb: () => null };

afterEach(() => vi.restoreAllMocks());

// Memory grows until every variable was written for the first time: a probe that stopped early on a slow machine saw up to a quarter
// too little, and a run was planned that did not fit.
it(
  'a probe takes all its steps however slow they are, and moves the optimizer twice',
  { timeout: 60_000 },
  () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
    const calls: string[] = [];
    for (const name of ['trainMicro', 'apply'] as const) {
      const real = Program.prototype[name] as (this: Program, ...args: unknown[]) => unknown;
      vi.spyOn(Program.prototype, name).mockImplementation(function (this: Program, ...args: unknown[]) {
        calls.push(name);
        return real.apply(this, args) as never;
      });
    }
    expect(probeMemory(question, null, gauge, () => true)).toMatchObject({ steps: 3, peakMb: 1024 });
    expect(calls).toEqual(['trainMicro', 'apply', 'trainMicro', 'trainMicro', 'apply']);
  },
);

it('a stop ends it after the step that it takes', { timeout: 60_000 }, () => {
  const stopped = probeMemory({ ...question, accumulates: false }, null, gauge, () => false);
  expect(stopped.steps).toBe(1);
  expect(stopped.imagesPerSecond).toBeGreaterThan(0);
});
