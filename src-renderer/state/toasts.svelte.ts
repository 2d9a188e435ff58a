/** How long a notice stays: long enough to read, and to reach its button. Not counted while it is hovered or focused. */
const STAYS_MS = 8000;
/** More than these at once hide what is below them; the oldest goes. */
const MOST = 3;

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  /** Until it is dismissed: what a user must know even after an hour away. */
  stays: boolean;
  button: { label: string; press: () => void } | null;
}

/** Short notices in a corner, which go by themselves. What a user must not miss belongs into a view instead. */
export class Toasts {
  shown = $state.raw<Toast[]>([]);
  #next = 1;
  #timers: Record<number, ReturnType<typeof setTimeout>> = {};

  say(
    text: string,
    { tone = 'plain', stays = false, button = null }: Partial<Omit<Toast, 'id' | 'text'>> = {},
  ): number {
    const id = this.#next++;
    for (const old of this.shown.slice(0, Math.max(0, this.shown.length + 1 - MOST))) this.dismiss(old.id);
    this.shown = [...this.shown, { id, text, tone, stays, button }];
    this.go(id);
    return id;
  }

  dismiss(id: number): void {
    this.stay(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** What it offered can no longer be done by it. */
  takeButton(id: number): void {
    this.shown = this.shown.map((toast) => (toast.id === id ? { ...toast, button: null } : toast));
  }

  /** Someone looks at it: it stays until {@link go}. */
  stay(id: number): void {
    clearTimeout(this.#timers[id]);
  }

  go(id: number): void {
    this.stay(id);
    if (this.shown.find((toast) => toast.id === id)?.stays !== false) return;
    this.#timers[id] = setTimeout(() => this.dismiss(id), STAYS_MS);
  }
}
