import { toErrorPayload } from '../../shared/errors.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import type { RunTraining, Stop, TrainingEnd } from './run-training.ts';
import type { Slot } from './slots.ts';

/** The runs that have a slot: they train, or wait for memory to. */
export class Trainings {
  /** Each with the promise that what follows its end is done. */
  readonly #ends = new Map<RunTraining, Promise<void>>();

  get size(): number {
    return this.#ends.size;
  }

  get all(): RunTraining[] {
    return [...this.#ends.keys()];
  }

  /** @param onEnd called once, when the run has left its slot */
  begin(training: RunTraining, onEnd: (end: TrainingEnd) => void): void {
    // In the table before it starts: it saves the queue at once, and whoever looks then must see its slot taken.
    this.#ends.set(training, Promise.resolve());
    const end = training
      .train()
      .catch((thrown: unknown) => ({ error: toErrorPayload(thrown) }))
      .then((ended) => {
        this.#ends.delete(training);
        onEnd(ended);
      });
    this.#ends.set(training, end);
  }

  of(item: QueueItem): RunTraining | undefined {
    return this.all.find((training) => training.item === item);
  }

  has(item: QueueItem): boolean {
    return this.of(item) !== undefined;
  }

  busy(slot: Slot): boolean {
    return this.all.some((training) => training.slot === slot);
  }

  /** Stops one and waits for its end. */
  async stop(training: RunTraining, stop: Stop): Promise<void> {
    training.stop(stop);
    await this.#ends.get(training);
  }

  /** Those that have a slot and wait for memory in it, where they have not begun. */
  get waiting(): RunTraining[] {
    return this.all.filter((training) => training.waits && training.item.state === 'pending');
  }

  /** Takes runs that only wait for memory out of their slots. */
  async release(those: readonly RunTraining[]): Promise<void> {
    // All first: what frees a slot must not let the next of them begin.
    for (const training of those) training.release();
    await Promise.all(those.map((training) => this.#ends.get(training)));
  }

  /** Resolves when nothing trains and nothing is about to. */
  async whenIdle(): Promise<void> {
    while (this.size > 0) await Promise.all(this.#ends.values());
  }
}
