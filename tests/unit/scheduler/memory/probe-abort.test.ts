import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ratingsConfigSchema } from '../../../../shared/records/ratings-run.ts';
import { runConfigSchema } from '../../../../shared/records/run-config.ts';
import { readRatingsManifest } from '../../../../src-main/runs/ratings-store.ts';
import type { PlanningDevice } from '../../../../src-main/scheduler/memory/device.ts';
import { FitCache } from '../../../../src-main/scheduler/memory/fit-cache.ts';
import { MemoryFit } from '../../../../src-main/scheduler/memory/fit.ts';
import { memoryGate } from '../../../../src-main/scheduler/memory/gate.ts';
import { startJob } from '../../../../src-main/scheduler/supervisor.ts';
import { forecastOf } from './forecasts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-probe-abort-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const device = (): Promise<PlanningDevice> =>
  Promise.resolve({ kind: 'main-memory', name: 'main memory', totalMb: 4096, freeMb: 1000, driver: null });

it('a probe for a run that is not to be launched any more is ended, and tried anew the next time', async () => {
  const looking = new AbortController();
  const probes: number[] = [];
  const start = ((job, ...rest) => {
    if (job.type === 'memory-forecast')
      return { pid: undefined, result: Promise.resolve({ forecasts: job.questions.map(forecastOf) }) };
    const running = startJob(job, ...rest);
    probes.push(running.pid!);
    if (probes.length === 1) setTimeout(() => looking.abort(), 20);
    return running;
  }) as typeof startJob;
  const fit = new MemoryFit({ cache: new FitCache(folder), startJob: start });
  const config = runConfigSchema.parse({
    ...{ dataset: '/d', arch: 'resnet18', size: { height: 64, width: 64 }, seed: 1, autoAccum: true },
  });
  const gate = memoryGate({ workspace: folder, fit, device });
  const launch = { runId: 'r', config, accum: 1, card: null, whenShort: 'replan' as const };
  await gate(launch, looking.signal);
  // The process is gone when the gate has answered: the next launch counts what is free without it.
  expect(probes).toHaveLength(1);
  expect(existsSync(`/proc/${probes[0]}`)).toBe(false);
  // Nobody wants it: nothing is started.
  await gate(launch, looking.signal);
  expect(probes).toHaveLength(1);
  expect(await gate(launch)).toMatchObject({
    type: 'start',
    plan: { probedMb: expect.any(Number) as number },
  });
  expect(probes).toHaveLength(2);
});

it('the reading of a ratings file for a launch is ended, too', async () => {
  const path = join(folder, 'r.csv');
  writeFileSync(path, 'user,item,rating\nu1,i1,5\nu2,i2,1\n');
  const looking = new AbortController();
  const pids: number[] = [];
  const start = ((...args: Parameters<typeof startJob>) => {
    const running = startJob(...args);
    pids.push(running.pid!);
    looking.abort();
    return running;
  }) as typeof startJob;
  const gate = memoryGate({ workspace: folder, ratings: { device, startJob: start } });
  const config = ratingsConfigSchema.parse({ ratings: path, seed: 1 });
  await gate({ kind: 'ratings', runId: 'r', name: 'r', config }, looking.signal);
  expect(pids.map((pid) => existsSync(`/proc/${pid}`))).toEqual([false]);
  expect(readRatingsManifest(folder, path, {})).toBeNull();
});
