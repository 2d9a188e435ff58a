import { describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import { StepReporter } from '../../../src-main/training/step-reporter.ts';

type StepEvent = Extract<WorkerEvent, { type: 'step' }>;

function reporter(workload: { frozen: number; full: number; evaluations: number }) {
  const events: StepEvent[] = [];
  const { frozen, full, evaluations } = workload;
  const it = new StepReporter('r', { steps: { frozen, full }, evaluations }, (event) => events.push(event));
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
    expect(events[0]).toMatchObject({ imagesPerSecond: 4, etaSeconds: 10 * 2 + 20 * 0.5, loss: 1, lr: 0.1 });
  });

  it('forgets first times, in which TensorFlow prepares a graph, as soon as there are others', () => {
    const { it: steps, events } = reporter({ frozen: 0, full: 13, evaluations: 60 });
    steps.stepped(facts, 5, 0);
    for (const [i, seconds] of [0.4, 0.6].entries()) steps.stepped(facts, seconds, 1000 * (i + 1));
    for (const seconds of [4, 0.1, 0.1]) steps.evaluated(10, seconds);
    steps.stepped(facts, 0.5, 9000);
    expect(events.at(-1)!.etaSeconds).toBeCloseTo(9 * 0.5 + 30 * 0.01, 6);
  });

  it('expects full steps to be slower than the frozen ones that were seen', () => {
    const { it: steps, events } = reporter({ frozen: 2, full: 10, evaluations: 0 });
    steps.stepped({ ...facts, phase: 'frozen' }, 1, 0);
    expect(events[0]!.etaSeconds).toBe(1 + 30);
  });
});
