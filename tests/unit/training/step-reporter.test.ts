import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import { StepReporter } from '../../../src-main/training/step-reporter.ts';

type StepEvent = Extract<WorkerEvent, { type: 'step' }>;

/** @param workload steps of eight pictures, pictures to be looked at, times that something is written */
function reporter(workload: { frozen: number; full: number; evaluations: number; writings?: number }) {
  const events: StepEvent[] = [];
  const { frozen, full, evaluations, writings = 0 } = workload;
  const images = { frozen: 8 * frozen, full: 8 * full };
  const work = { steps: frozen + full, images, evaluations, writings };
  const it = new StepReporter('r', work, (event) => events.push(event));
  return { it, events };
}
const facts = {
  ...{ epoch: 1, phase: 'full' as const, images: 8, loss: 1, lr: 0.1 },
  ...{ losses: [1], errors: [0.5] },
};

describe('step reporter', () => {
  it('says at most ten events a second, and always the last step', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 1000, evaluations: 0 });
    for (let i = 0; i < 1000; i++) steps.stepped(facts, 0.004, i * 4);
    // 1000 steps of 4 ms are 4 s.
    expect(events.length).toBeLessThanOrEqual(41);
    expect(events.length).toBeGreaterThan(35);
    expect(events.at(-1)).toMatchObject({ step: 1000, totalSteps: 1000, etaSeconds: 0 });
    // No step is lost in between.
    const told = events.flatMap(({ points }) => points!.map(({ step }) => step));
    expect(told).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(events[0]!.points![0]).toMatchObject({ losses: [1], errors: [0.5], loss: 1, lr: 0.1 });
  });

  it('tells the rate and the time left from what steps and validations took', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 11, evaluations: 30 });
    steps.evaluated(10, 5);
    steps.stepped(facts, 2, 0);
    expect(events[0]).toMatchObject({ imagesPerSecond: 4, loss: 1, lr: 0.1 });
    steps.stepped(facts, 2, 1000);
    expect(events[1]).toMatchObject({ imagesPerSecond: 4, etaSeconds: 9 * 2 + 20 * 0.5 });
  });

  it('tells no time left from the first step alone, in which graphs are prepared, nor from the first full one', () => {
    const { it: steps, events } = reporter({ frozen: 3, full: 4, evaluations: 0 });
    steps.stepped({ ...facts, phase: 'frozen' }, 9, 0);
    expect(events[0]!.etaSeconds).toBeNull();
    for (const at of [1000, 2000]) steps.stepped({ ...facts, phase: 'frozen' }, 1, at);
    steps.stepped(facts, 20, 3000);
    expect(events.at(-1)!.etaSeconds).toBe(3 * 3);
    steps.stepped(facts, 2, 4000);
    expect(events.at(-1)!.etaSeconds).toBe(2 * 2);
  });

  it('forgets first times, in which TensorFlow prepares a graph, as soon as there are others', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 13, evaluations: 60 });
    steps.stepped(facts, 5, 0);
    for (const [i, seconds] of [0.4, 0.6].entries()) steps.stepped(facts, seconds, 1000 * (i + 1));
    for (const seconds of [4, 0.1, 0.1]) steps.evaluated(10, seconds);
    steps.stepped(facts, 0.5, 9000);
    expect(events.at(-1)!.etaSeconds).toBeCloseTo(9 * 0.5 + 30 * 0.01, 6);
  });

  it('forgets the first time of each number of pictures: an epoch’s last batch is smaller, and prepared anew', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 7, evaluations: 40 });
    for (const seconds of [5, 0.8, 0.8]) steps.stepped(facts, seconds, 0);
    steps.stepped({ ...facts, images: 4 }, 3, 1000);
    for (const [pictures, seconds] of [
      [16, 2],
      [16, 0.16],
      [4, 1],
    ])
      steps.evaluated(pictures!, seconds!);
    steps.stepped(facts, 0.8, 2000);
    // 20 pictures at 0.1 s, and 4 to be looked at that take 0.01 s each.
    expect(events.at(-1)!.etaSeconds).toBeCloseTo(20 * 0.1 + 4 * 0.01, 6);
    steps.stepped({ ...facts, images: 4 }, 0.4, 3000);
    expect(events.at(-1)!.imagesPerSecond).toBeCloseTo(10, 6);
  });

  it('counts what is written after each epoch and at the end', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 3, evaluations: 0, writings: 4 });
    for (const at of [0, 1000]) steps.stepped(facts, 1, at);
    expect(events.at(-1)!.etaSeconds).toBe(1);
    steps.wrote(0.5);
    steps.stepped(facts, 1, 2000);
    expect(events.at(-1)!.etaSeconds).toBe(3 * 0.5);
  });

  it('goes on where an earlier process was', () => {
    const events: StepEvent[] = [];
    const whole = { steps: 10, images: { frozen: 0, full: 80 }, evaluations: 20, writings: 3 };
    const done = { steps: 4, images: { frozen: 0, full: 32 }, evaluations: 10, writings: 1 };
    const it = new StepReporter('r', whole, (event) => events.push(event), done);
    it.evaluated(5, 1);
    for (const at of [0, 1000]) it.stepped(facts, 1, at);
    expect(events[1]).toMatchObject({ step: 6, totalSteps: 10, etaSeconds: 4 + 1 });
  });

  it('tells the time of full steps from those that were tried before the frozen ones, and from themselves later', () => {
    const { it: steps, events } = reporter({ frozen: 2, full: 10, evaluations: 0 });
    steps.tried({ images: 8, firstSeconds: 20, seconds: 1.7 });
    for (const at of [0, 1000]) steps.stepped({ ...facts, phase: 'frozen' }, 1, at);
    expect(events[1]!.etaSeconds).toBeCloseTo(17, 6);
    expect(events[1]!.imagesPerSecond).toBe(8);
    // Its graph was prepared when it was tried: it counts.
    steps.stepped(facts, 1.9, 3000);
    expect(events[2]!.etaSeconds).toBeCloseTo(9 * 1.8, 6);
  });

  it('expects full steps to be slower than the frozen ones that were seen', () => {
    const { it: steps, events } = reporter({ frozen: 2, full: 10, evaluations: 0 });
    for (const at of [0, 1000]) steps.stepped({ ...facts, phase: 'frozen' }, 1, at);
    expect(events[1]!.etaSeconds).toBe(30);
  });
});
