import { faultOf } from './fault.ts';
import type { Toasts } from './toasts.svelte.ts';

type Act = () => void | Promise<void>;

interface Step {
  text: string;
  undo: Act;
  redo: Act | null;
  /** The notice that offers it. */
  notice: number;
}

/** Further back than this nobody remembers what it was. */
const KEPT = 30;

/** What can be taken back: each destructive act offers it, a notice shows it, Ctrl/Cmd+Z does it, Ctrl+Y or Cmd+Shift+Z does it again. */
export class Undo {
  #toasts: Toasts;
  #done = $state.raw<Step[]>([]);
  #undone = $state.raw<Step[]>([]);

  constructor(toasts: Toasts) {
    this.#toasts = toasts;
  }

  /**
   * After an act was done.
   * @param text what was done, such as `Archived 3 runs`
   * @param action takes it back
   * @param redo does it again; without it there is no way forward
   */
  offer(text: string, action: Act, redo: Act | null = null): void {
    this.#undone = [];
    this.#push({ text, undo: action, redo });
  }

  get possible(): boolean {
    return this.#done.length > 0;
  }

  get redoPossible(): boolean {
    return this.#undone.length > 0;
  }

  /** What would be taken back. */
  get next(): string | null {
    return this.#done[this.#done.length - 1]?.text ?? null;
  }

  async undo(): Promise<void> {
    const step = this.#done[this.#done.length - 1];
    if (step === undefined) return;
    this.#done = this.#done.slice(0, -1);
    this.#toasts.dismiss(step.notice);
    if (!(await this.#try(step.undo))) return;
    if (step.redo !== null) this.#undone = [...this.#undone, step];
    this.#toasts.say(`Taken back: ${step.text}`);
  }

  async redo(): Promise<void> {
    const step = this.#undone[this.#undone.length - 1];
    if (step?.redo == null) return;
    this.#undone = this.#undone.slice(0, -1);
    if (!(await this.#try(step.redo))) return;
    this.#push(step);
  }

  /** Another workspace: nothing of the old one can be taken back here. */
  forget(): void {
    for (const { notice } of this.#done) this.#toasts.takeButton(notice);
    this.#done = [];
    this.#undone = [];
  }

  /** Only the newest notice offers it: acts are taken back in their order, so an older button would take back another act than its own. */
  #push({ text, undo, redo }: Omit<Step, 'notice'>): void {
    for (const step of this.#done) this.#toasts.takeButton(step.notice);
    const notice = this.#toasts.say(text, { button: { label: 'Undo', press: () => void this.undo() } });
    this.#done = [...this.#done.slice(1 - KEPT), { text, undo, redo, notice }];
  }

  async #try(act: Act): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      const { message, fix } = faultOf(error);
      this.#toasts.say([message, fix].filter(Boolean).join(' '), { tone: 'bad' });
      return false;
    }
  }
}
