import { describe, expect, it } from 'vitest';
import { timeFullSteps } from '../../../src-main/training/full-steps.ts';
import { benchmarkSpec } from '../../../src-main/training/program/bench.ts';
import { Program, recordProgram } from '../../../src-main/training/program/index.ts';

/** It normalises over batches, so that a step changes statistics, too. */
async function withProgram<T>(accumulate: boolean, use: (program: Program) => Promise<T>): Promise<T> {
  const spec = benchmarkSpec({ arch: 'resnet18', size: { height: 32, width: 32 }, batch: 4 });
  const program = Program.load(recordProgram({ ...spec, train: !accumulate, accumulate, trainHead: true }));
  try {
    return await use(program);
  } finally {
    program.dispose();
  }
}

/** Of eleven million numbers: a matcher would look at each. */
const bytesOf = (values: ReadonlyMap<string, Float32Array>): Buffer =>
  Buffer.concat(
    [...values.values()].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  );

const onlyZeros = (values: Iterable<Float32Array>): boolean =>
  [...values].every((array) => array.every((value) => value === 0));

describe('steps that are tried before a frozen epoch', { timeout: 60_000 }, () => {
  it.each([1, 2])(
    'are timed and leave no trace in what begins after them, at accumulation %i',
    async (accum) => {
      await withProgram(accum > 1, async (program) => {
        program.init(7);
        const beginning = bytesOf(program.read());
        let breaths = 0;
        const pace = await timeFullSteps(program, { accum, seed: 1 }, async () => void breaths++);
        expect(pace.images).toBe(4 * accum);
        expect(pace.seconds).toBeGreaterThan(0);
        expect(pace.firstSeconds).toBeGreaterThan(pace.seconds);
        // One before each native call, so that a run can be cancelled in it.
        expect(breaths).toBeGreaterThanOrEqual(2 * accum);
        expect(bytesOf(program.read()).equals(beginning)).toBe(false);
        program.init(7);
        expect(bytesOf(program.read()).equals(beginning)).toBe(true);
        const { steps, moments } = program.readState();
        expect(steps).toEqual({ body: 0, head: 0 });
        expect([moments.size > 0, onlyZeros(moments.values())]).toEqual([true, true]);
        if (accum > 1) expect(onlyZeros(program.accumulated().values())).toBe(true);
      });
    },
  );

  it('end when the run is cancelled', async () => {
    const cancelled = async (): Promise<void> => Promise.reject(new Error('cancelled'));
    await withProgram(false, async (program) => {
      await expect(timeFullSteps(program, { accum: 1, seed: 1 }, cancelled)).rejects.toThrow('cancelled');
    });
  });
});
