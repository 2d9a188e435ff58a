import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GranaryError } from '../../../shared/errors.ts';
import { fitAnswerSchema } from '../../../shared/ipc/memory-views.ts';
import type { MachineReading } from '../../../shared/machine.ts';
import type { FitQuestion } from '../../../shared/records/memory-fit.ts';
import type { MemoryQuestion } from '../../../shared/records/memory-forecast.ts';
import { FitDesk } from '../../../src-main/app/fit-desk.ts';
import { planGrid } from '../../../src-main/scheduler/grid.ts';
import { FitCache } from '../../../src-main/scheduler/memory/fit-cache.ts';
import { MemoryFit } from '../../../src-main/scheduler/memory/fit.ts';
import { ForecastQueue } from '../../../src-main/scheduler/memory/forecast-queue.ts';
import type { startJob } from '../../../src-main/scheduler/supervisor.ts';
import { changeMemorySettings } from '../../../src-main/scheduler/workspace-settings.ts';
import { forecastOf } from '../scheduler/memory/forecasts.ts';

let folder: string;
let learnt: number;
let desk: FitDesk;
/** What the worker was asked, and the moment when it answers. */
let asked: string[];
let answer: () => void;
/** The worker that predicts what is about to be queued: how long it takes for an answer, and whether it was ended. */
let slow: number;
let ended: boolean;
/** A desk on the same workspace; `judgeMs`: so long it waits for what is about to be queued. */
let deskOf: (judgeMs: number) => FitDesk;

const reading: MachineReading = {
  ...{ time: '2026-11-25T10:00:00Z', cards: [], problem: null },
  memory: { totalMb: 8000, freeMb: 4500, bound: 'system' },
};
const question = (arch: string, side = 128): FitQuestion => ({
  ...{ arch, size: { height: side, width: side }, presize: { height: 192, width: 192 }, batchSize: 64 },
  ...{ accum: 1, autoAccum: true, checkpointing: false, precision: 'float32', classes: [3] },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-fit-desk-'));
  learnt = 0;
  asked = [];
  [slow, ended] = [0, false];
  const start = ((job: { questions: MemoryQuestion[] }, onEvent: (event: unknown) => void) => {
    asked.push(...job.questions.map(({ arch }) => arch));
    const result = new Promise((resolve) => {
      answer = () => {
        for (const one of job.questions) onEvent({ type: 'memory-forecast', forecast: forecastOf(one) });
        resolve({ forecasts: [] });
      };
    });
    return { pid: undefined, result, stop() {}, kill() {} };
  }) as unknown as typeof startJob;
  const predict = ((job: { questions: MemoryQuestion[] }, onEvent: (event: unknown) => void) => {
    let stop: () => void = () => undefined;
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        ended = true;
        reject(new GranaryError('CANCELLED', 'Ended.'));
      };
    });
    const work = async (): Promise<object> => {
      const forecasts = job.questions.map(forecastOf);
      for (const forecast of forecasts) {
        await setTimeout(slow, undefined, { ref: false });
        onEvent({ type: 'memory-forecast', forecast });
      }
      return { forecasts };
    };
    return { pid: undefined, result: Promise.race([work(), stopped]), stop, kill: stop };
  }) as unknown as typeof startJob;
  deskOf = (judgeMs) =>
    new FitDesk({
      workspace: folder,
      workers: () => [{ pid: process.pid }],
      learnt: () => (learnt += 1),
      fit: new MemoryFit({ cache: new FitCache(join(folder, 'cache')), startJob: predict }),
      judgeMs,
      forecasts: (told) => new ForecastQueue(told, { startJob: start }),
      reading: () => Promise.resolve(reading),
    });
  // No answer is awaited so long that a busy machine could make it late.
  desk = deskOf(60_000);
});
afterEach(() => {
  desk.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('FitDesk', () => {
  it('answers at once by what is known, has the rest predicted behind, and tells when it is there', async () => {
    const questions = [question('resnet18'), question('no_such_net'), question('convnext_tiny')];
    expect(await desk.answer(questions)).toEqual(['measuring', 'unknown', 'measuring']);
    expect(asked).toEqual(['resnet18', 'convnext_tiny']);
    answer();
    await vi.waitFor(() => expect(learnt).toBe(1));
    const answers = await desk.answer(questions);
    for (const one of answers) fitAnswerSchema.parse(one);
    const [first] = answers;
    expect(first).toMatchObject({ state: 'fits', wholeMb: 6900, plan: { chosen: 'automatic' } });
    // What this process holds gives itself back when its run has ended.
    const free = typeof first === 'object' ? first.plan.device.freeMb : 0;
    if (process.platform === 'linux') expect(free).toBeGreaterThan(4510);
    expect(asked).toHaveLength(2);
  });

  it("keeps to the workspace's margin, from the next question on", async () => {
    await desk.answer([question('resnet18')]);
    answer();
    const [usual] = await desk.answer([question('resnet18')]);
    changeMemorySettings(folder, { margin: { share: 0.8, leastMb: 0 } });
    const [careful] = await desk.answer([question('resnet18')]);
    expect(usual).toMatchObject({ plan: { accum: 2 } });
    expect(careful).toMatchObject({ plan: { marginMb: expect.closeTo(0.8 * 4500, -3) } });
    const accum = typeof careful === 'object' ? careful.plan.accum : 0;
    expect(accum).toBeGreaterThan(2);
  });

  const runs = planGrid(
    { version: 1, blocks: [{ arch: 'resnet18', size: [128, 2048], presize: 192 }] },
    { path: '/nowhere', options: {}, manifest: null },
  );

  it('does not hold runs up whose prediction takes long: the launch tells of them', async () => {
    slow = 60_000;
    const hasty = deskOf(100);
    expect(await hasty.judge(runs)).toEqual(runs);
    hasty.close();
    expect(ended).toBe(true);
  });

  it('tells apart what cannot fit before it is queued, with what is not predicted yet predicted first', async () => {
    const judged = await desk.judge(runs);
    expect(ended).toBe(false);
    expect(judged[0]).not.toHaveProperty('error');
    expect(judged[1]).toMatchObject({ error: { code: 'RUN_TOO_LARGE' } });
  });
});
