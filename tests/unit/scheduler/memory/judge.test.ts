import { multipliesBfloat16 } from '../../../../src-main/files/processor-flags.ts';
import { changesToFit, fitsWith, refusalOf } from '../../../../src-main/scheduler/memory/refusal.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryQuestion } from '../../../../shared/records/memory-forecast.ts';
import { fitLevel } from '../../../../shared/records/memory-fit.ts';
import { memoryMarginSchema } from '../../../../shared/records/memory-plan.ts';
import { planGrid } from '../../../../src-main/scheduler/grid.ts';
import { FitCache } from '../../../../src-main/scheduler/memory/fit-cache.ts';
import { questionOf } from '../../../../src-main/scheduler/memory/fit-questions.ts';
import type { FitConfig } from '../../../../src-main/scheduler/memory/fit-options.ts';
import { MemoryFit } from '../../../../src-main/scheduler/memory/fit.ts';
import { type Judgement, judgeFit } from '../../../../src-main/scheduler/memory/judge.ts';
import { RunJudge, withoutHopeless } from '../../../../src-main/scheduler/memory/run-judge.ts';
import type { startJob } from '../../../../src-main/scheduler/supervisor.ts';
import { forecastOf } from './forecasts.ts';

let folder: string;
let fit: MemoryFit;
let asked: MemoryQuestion[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-judge-'));
  asked = [];
  const start = ((job: { questions: MemoryQuestion[] }, onEvent: (event: unknown) => void) => {
    asked.push(...job.questions);
    const forecasts = job.questions.map(forecastOf);
    for (const forecast of forecasts) onEvent({ type: 'memory-forecast', forecast });
    return { pid: undefined, result: Promise.resolve({ forecasts }), stop() {}, kill() {} };
  }) as unknown as typeof startJob;
  fit = new MemoryFit({ cache: new FitCache(folder), startJob: start });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const device = (freeMb: number, totalMb = 12_000) => ({
  ...{ kind: 'card' as const, name: 'RTX 3060', driver: '550', totalMb, freeMb },
});
const base: FitConfig = {
  ...{ arch: 'resnet18', size: { height: 128, width: 128 }, presize: { height: 192, width: 192 } },
  ...{ batchSize: 64, accum: 1, autoAccum: true, checkpointing: false, precision: 'float32' as const },
};

function judge(config: Partial<FitConfig>, freeMb: number, totalMb?: number): Judgement {
  const around = { fit, device: device(freeMb, totalMb), workspace: folder, classes: [10] };
  return judgeFit({ ...base, ...config }, { ...around, margin: memoryMarginSchema.parse({}) });
}

/** Predicts what a judgement misses, until it misses nothing. */
function judged(config: Partial<FitConfig>, freeMb: number, totalMb?: number): Judgement {
  for (;;) {
    const judgement = judge(config, freeMb, totalMb);
    if (judgement.missing === null) return judgement;
    const asked = { workspace: folder, classes: [10], device: device(freeMb) };
    fit.learn(forecastOf(questionOf(judgement.missing, asked)));
  }
}

describe('the judgement before a run is queued', () => {
  it('offers half precision before a smaller size where that is enough', () => {
    const change = refusalOf(base, judged({}, 400, 400).fit!.plan, { precision: 'bfloat16' });
    expect(change.fix).toMatch(/^Half precision fits .*--precision bfloat16/);
    const [first] = changesToFit(base, { kind: 'main-memory' });
    if (multipliesBfloat16() === true) expect(first).toEqual({ precision: 'bfloat16' });
    else expect(first).toHaveProperty('size');
    // No card has run it yet, and who has it already is not offered it.
    for (const changes of [
      changesToFit(base, { kind: 'card' }),
      changesToFit({ ...base, precision: 'bfloat16' }, { kind: 'main-memory' }),
    ])
      for (const one of changes) expect(one).toHaveProperty('size');
    // What a probe saw beyond its prediction counts for half precision, too.
    const plan = judged({}, 9000).fit!.plan;
    const best = { ...plan, predictedMb: 900, probedMb: 1200 };
    const found = { ...plan, predictedMb: 800, probedMb: null, marginMb: 0, fits: true };
    expect(fitsWith({ precision: 'bfloat16' }, found, best, { freeMb: 1000 })).toBe(false);
    expect(fitsWith({ precision: 'bfloat16' }, found, best, { freeMb: 1100 })).toBe(true);
    expect(fitsWith({ size: base.size, presize: base.size }, found, best, { freeMb: 1000 })).toBe(true);
  });

  it('says nothing before the prediction is there, and names what is missing', () => {
    const { fit: known, missing } = judge({}, 9000);
    expect(known).toBeNull();
    expect(missing).toMatchObject({ arch: 'resnet18', batchSize: 64 });
    expect(asked).toEqual([]);
  });

  it('knows the share of the whole batch, and by which means a run fits', () => {
    const whole = judged({}, 9000).fit!;
    expect(whole).toMatchObject({ state: 'fits', wholeMb: 500 + 6400, plan: { accum: 1 }, fix: null });
    expect(fitLevel(whole)).toBe('whole');
    const several = judged({}, 4500).fit!;
    expect(several.plan).toMatchObject({ microBatch: 32, accum: 2 });
    expect([several.wholeMb, fitLevel(several)]).toEqual([6900, 'accumulation']);
    // 700 MiB need micro-batches of two, and that is the least without checkpointing.
    const checkpointing = judged({}, 990).fit!;
    expect(fitLevel(checkpointing)).toBe('checkpointing');
  });

  it('tells a run that waits for other programs from one that cannot fit, and names the size that does', () => {
    expect(judged({}, 600).fit).toMatchObject({ state: 'waits', plan: { fits: true } });
    const hopeless = judged({ size: { height: 512, width: 512 } }, 960, 960).fit!;
    expect(hopeless).toMatchObject({ state: 'cannot', plan: { fits: false } });
    expect(hopeless.fix).toMatch(/smaller size: \d+ fits/);
    expect(fitLevel(hopeless)).toBe('cannot');
    // By taking from the margin it may.
    expect(judged({}, 800, 800).fit).toMatchObject({ state: 'tight', plan: { fits: false }, fix: null });
    expect(judged({}, 400, 400).fit!.fix).toBe('Choose a smaller architecture.');
  });

  it('keeps an accumulation that was asked for, also one that the planner would not offer', () => {
    const config = { accum: 64, autoAccum: false } as const;
    expect(judged({ ...config, batchSize: 64 }, 9000).fit).toMatchObject({ state: 'fits' });
    const tight = judged({ accum: 1, autoAccum: false }, 4500).fit!;
    expect(tight.state).toBe('tight');
    expect(tight.plan.reason).toContain('accumulation 2');
  });
});

describe('RunJudge', () => {
  const grid = (sizes: number[]) =>
    planGrid(
      { version: 1, blocks: [{ arch: ['resnet18', 'no_such_net'], size: sizes }] },
      { path: '/d', options: {}, manifest: null },
    );
  const of = (freeMb: number) =>
    new RunJudge({ workspace: folder, fit, device: () => Promise.resolve(device(freeMb, freeMb)) });

  it('keeps what cannot fit from being queued, once its prediction is there', async () => {
    const planned = grid([128, 512]);
    const judge = of(960);
    expect(await judge.known(planned)).toEqual([null, null, null, null]);
    const steps: string[] = [];
    const fits = await judge.measured(planned, (done, total) => steps.push(`${done}/${total}`));
    expect(fits.map((one) => one?.state)).toEqual(['fits', 'cannot', undefined, undefined]);
    expect(steps.slice(0, 2)).toEqual(['1/2', '2/2']);
    const kept = withoutHopeless(planned, fits);
    expect(kept[0]).not.toHaveProperty('error');
    expect(kept[1]).toMatchObject({
      error: {
        code: 'RUN_TOO_LARGE',
        message: expect.stringContaining('It cannot fit'),
        fix: expect.stringMatching(/smaller size: \d+ fits/),
      },
    });
    expect(kept[2]).toMatchObject({ error: { code: 'ARCH_UNKNOWN' } });

    // Asked once more, nothing is predicted again.
    const before = asked.length;
    expect((await judge.known(planned)).map((one) => one?.state)).toEqual(fits.map((one) => one?.state));
    await of(9000).measured(planned);
    expect(asked).toHaveLength(before);
  });
});
