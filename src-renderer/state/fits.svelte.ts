import { SvelteMap } from 'svelte/reactivity';
import { ask, hear } from '../api/granary.ts';
import type { FitAnswer } from '../../shared/ipc/memory-views.ts';
import type { FitQuestion } from '../../shared/records/memory-fit.ts';

/** Changes come in strokes of the keyboard, and bars come into sight a dozen at a time. */
const SETTLE_MS = 120;
/** Other programs take memory and give it back: what is looked at is asked again after so long. */
const AGAIN_MS = 15_000;
const MOST = 1200;

interface Wish {
  questions: readonly FitQuestion[];
  /** Lower is answered first. */
  rank: number;
}

/** How runs that are looked at would fit the memory. Main answers what it knows and tells when it has learnt more. */
export class FitsState {
  readonly #answers = new SvelteMap<string, FitAnswer>();
  #wishes: readonly Wish[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setInterval> | undefined;
  #round = 0;

  constructor() {
    hear('memory:learnt', () => this.#soon());
    hear('memory:settings-changed', () => this.#soon());
  }

  /** Undefined until main has answered. */
  of(question: FitQuestion): FitAnswer | undefined {
    return this.#answers.get(JSON.stringify(question));
  }

  /**
   * Has questions answered as long as they are looked at.
   * @param rank lower is answered first
   * @returns ends it
   */
  look(questions: readonly FitQuestion[], rank: number): () => void {
    const wish = { questions, rank };
    this.#wishes = [...this.#wishes, wish];
    this.#again ??= setInterval(() => this.#soon(), AGAIN_MS);
    this.#soon();
    return () => {
      this.#wishes = this.#wishes.filter((other) => other !== wish);
      this.#soon();
    };
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), SETTLE_MS);
  }

  async #ask(): Promise<void> {
    const round = ++this.#round;
    const wishes = [...this.#wishes].sort((a, b) => a.rank - b.rank);
    if (wishes.length === 0) {
      clearInterval(this.#again);
      this.#again = undefined;
    }
    const questions: Record<string, FitQuestion> = Object.fromEntries(
      wishes.flatMap((wish) => wish.questions).map((question) => [JSON.stringify(question), question]),
    );
    const keys = Object.keys(questions).slice(0, MOST);
    try {
      const answers = await ask('memory:fits', { questions: keys.map((key) => questions[key]!) });
      if (round !== this.#round) return;
      for (const key of this.#answers.keys()) if (!(key in questions)) this.#answers.delete(key);
      keys.forEach((key, i) => this.#keep(key, answers[i]!));
    } catch {
      // The workspace is being changed, most likely; what is shown then asks again.
    }
  }

  /** Only what differs is drawn again. */
  #keep(key: string, answer: FitAnswer): void {
    const before = this.#answers.get(key);
    if (JSON.stringify(withoutTime(before)) !== JSON.stringify(withoutTime(answer)))
      this.#answers.set(key, answer);
  }
}

function withoutTime(answer: FitAnswer | undefined): unknown {
  return typeof answer === 'object' ? { ...answer, plan: { ...answer.plan, time: '' } } : answer;
}
