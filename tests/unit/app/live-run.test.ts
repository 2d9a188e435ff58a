import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import { liveRunSchema } from '../../../shared/ipc/views.ts';
import { LiveRunMemory } from '../../../src-main/app/live-run.ts';

function step(number: number): WorkerEvent {
  return {
    type: 'step',
    runId: 'r',
    epoch: 1,
    step: number,
    totalSteps: 100_000,
    loss: 1 / number,
    lr: 0.001,
    imagesPerSecond: 50,
    rssMb: 400,
    etaSeconds: 60,
    points: [
      {
        ...{ step: number, time: number * 20, loss: 1 / number, lr: 0.001, imagesPerSecond: 50, rssMb: 400 },
        ...{ losses: [1 / number], errors: [null] },
      },
    ],
  };
}

describe('LiveRunMemory', () => {
  it('keeps every step of a short run', () => {
    const memory = new LiveRunMemory('r');
    for (let number = 1; number <= 300; number += 1) memory.take(step(number));
    expect(memory.current.steps).toHaveLength(300);
    expect(memory.current.latest).toMatchObject({ step: 300, loss: 1 / 300 });
    expect(liveRunSchema.parse(memory.current).runId).toBe('r');
  });

  it('thins a long run evenly and stays small', () => {
    const memory = new LiveRunMemory('r');
    for (let number = 1; number <= 50_000; number += 1) memory.take(step(number));
    const { steps } = memory.current;
    expect(steps.length).toBeGreaterThanOrEqual(1000);
    expect(steps.length).toBeLessThanOrEqual(10_000);
    expect(steps[0]!.step).toBe(1);
    const gaps = steps.slice(1).map((point, index) => point.step - steps[index]!.step);
    expect(new Set(gaps).size).toBe(1);
    expect(memory.current.latest!.step).toBe(50_000);
  });

  it('says what the worker does until it steps again', () => {
    const memory = new LiveRunMemory('r');
    memory.take({ type: 'progress', stage: 'decoding', done: 5, total: 10, unit: 'pictures', perSecond: 2 });
    expect(memory.current.stage).toEqual({
      stage: 'decoding',
      done: 5,
      total: 10,
      unit: 'pictures',
      perSecond: 2,
    });
    memory.take(step(1));
    expect(memory.current.stage).toBeNull();
    for (let times = 0; times < 2; times += 1)
      memory.take({ type: 'warning', message: 'a class has no validation picture' });
    expect(memory.current.warnings).toEqual(['a class has no validation picture']);
  });
});
