import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Job } from '../../../shared/ipc/job.ts';
import { startJob } from '../../../src-main/scheduler/supervisor.ts';
import { FitCache } from '../../../src-main/scheduler/memory/fit-cache.ts';
import { MemoryFit } from '../../../src-main/scheduler/memory/fit.ts';

const size = { height: 64, width: 64 };
const device = {
  ...{ kind: 'main-memory' as const, name: 'main memory', totalMb: 8192, freeMb: 6000, driver: null },
};
const config = {
  ...{
    arch: 'resnet18',
    size,
    presize: size,
    batchSize: 16,
    accum: 1,
    autoAccum: true,
    checkpointing: false,
    precision: 'float32' as const,
  },
};

/** Does something with a fit whose answers nobody has yet; each worker that it starts is told. */
async function withFit(
  started: (job: Job, running: { pid: number | undefined }) => void,
  act: (fit: MemoryFit, workspace: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'granary-fit-'));
  const start = ((job, ...rest) => {
    const running = startJob(job, ...rest);
    started(job, running);
    return running;
  }) as typeof startJob;
  try {
    await act(new MemoryFit({ cache: new FitCache(folder), startJob: start }), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('a probe takes what was predicted for it, and leaves nothing behind', { timeout: 120_000 }, async () => {
  // A folder of its own: other workers of the machine have theirs in the system's.
  const temporary = mkdtempSync(join(tmpdir(), 'granary-probe-'));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const job = startJob(
    {
      type: 'memory-probe',
      question: {
        ...{ arch: 'resnet18', size, presize: size, classes: [10], microBatch: 16 },
        ...{ accumulates: true, checkpointing: false, precision: 'float32' as const },
      },
      dataset: null,
    },
    undefined,
    { environment: { TMPDIR: temporary } },
  );
  const { peakMb, predictedMb, imagesPerSecond, steps } = await job.result;
  expect(Math.abs(peakMb / predictedMb - 1)).toBeLessThan(0.25);
  expect(imagesPerSecond).toBeGreaterThan(0);
  expect(steps).toBeGreaterThan(1);
  // All memory was the process's own, and the process is gone.
  expect(existsSync(`/proc/${job.pid}`)).toBe(false);
  expect(readdirSync(temporary)).toEqual([]);
});

it(
  'after the probe of a fit its process is gone and the machine has its memory back',
  { timeout: 120_000 },
  async () => {
    const pids: number[] = [];
    await withFit(
      (_job, { pid }) => pids.push(pid!),
      async (fit, workspace) => {
        const [answer] = await fit.fitOf([config], { device, workspace, probe: 'always' });
        expect(answer!.plan.probedMb).toBeGreaterThan(300);
        // Looked at by the fit itself, beside what other programs took meanwhile: within 64 MiB or 5 % of the probe's peak.
        expect(answer!.held).toBeNull();
      },
    );
    expect(pids).toHaveLength(2);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  },
);

it(
  'fits of several runs come from one worker, and the second time from the cache',
  { timeout: 120_000 },
  async () => {
    const started: string[] = [];
    await withFit(
      ({ type }) => started.push(type),
      async (fit, workspace) => {
        const options = { device, workspace, probe: 'near' } as const;
        const configs = ['resnet18', 'convnext_atto', 'resnet18'].map((arch) => ({ ...config, arch }));
        const fits = await fit.fitOf(configs, options);
        expect(started).toEqual(['memory-forecast']);
        expect(fits.map(({ plan }) => plan.accum)).toEqual([1, 1, 1]);
        expect(fits[2]!.plan.predictedMb).toBe(fits[0]!.plan.predictedMb);
        expect((await fit.fitOf(configs, options)).map(({ plan }) => plan.predictedMb)).toEqual(
          fits.map(({ plan }) => plan.predictedMb),
        );
      },
    );
    expect(started).toEqual(['memory-forecast']);
  },
);
