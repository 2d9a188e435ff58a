import type { LaunchDecision, LaunchGate } from '../../../src-main/scheduler/launch-gate.ts';
import { eventually } from './processes.ts';

/** A question that a held gate was asked. */
export interface HeldQuestion {
  runId: string;
  signal: AbortSignal;
  answer: (decision: LaunchDecision) => void;
}

export const START: LaunchDecision = { type: 'start', accum: 1, plan: null };

/** A launch gate that answers when a test says so: it looks, or probes, as long as that takes. */
export class HeldGate {
  /** Questions without an answer, in their order. */
  open: HeldQuestion[] = [];
  /** Runs that it was asked about, in their order. */
  readonly asked: string[] = [];
  #held = true;

  /** @param heeds whether it answers by itself when nobody wants its answer any more, as the real one does */
  gate(heeds: boolean): LaunchGate {
    return ({ runId }, signal) =>
      new Promise((resolve) => {
        const question: HeldQuestion = {
          runId,
          signal: signal!,
          answer: (decision) => {
            this.open = this.open.filter((one) => one !== question);
            resolve(decision);
          },
        };
        this.asked.push(runId);
        this.open.push(question);
        if (!this.#held) question.answer(START);
        else if (heeds) signal!.addEventListener('abort', () => question.answer(START), { once: true });
      });
  }

  /** Answers what is open, and from now on at once. */
  letGo(): void {
    this.#held = false;
    for (const { answer } of this.open) answer(START);
  }

  /** The question about a run, once it is asked. */
  async about(runId: string): Promise<HeldQuestion> {
    await eventually(() => this.open.some((one) => one.runId === runId));
    return this.open.find((one) => one.runId === runId)!;
  }
}
