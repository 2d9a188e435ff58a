/**
 * Milliseconds of a frame that drawing may take before what is left waits for the next one. Without a graphics card what is drawn
 * takes as long again to be painted, after this.
 */
const BUDGET_MS = 4;

/**
 * Draws what has changed once a frame, and makes what a view begins with; what one frame cannot hold is spread over several, so
 * that none is long.
 */
class DrawQueue {
  readonly #waiting = new Set<() => void>();
  #planned = false;

  /** Asks for a draw in the next frame; one that waits already keeps its place. */
  ask(draw: () => void): void {
    this.#waiting.add(draw);
    this.#plan();
  }

  forget(draw: () => void): void {
    this.#waiting.delete(draw);
  }

  #run(): void {
    this.#planned = false;
    const began = performance.now();
    try {
      // A copy: what is asked for by these waits for the next frame.
      for (const draw of [...this.#waiting]) {
        if (!this.#waiting.delete(draw)) continue;
        draw();
        if (performance.now() - began > BUDGET_MS) break;
      }
    } finally {
      // Also where one of them threw: the others do not wait for ever.
      if (this.#waiting.size > 0) this.#plan();
    }
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    requestAnimationFrame(() => this.#run());
  }
}

/** One for the window: all that is drawn or made shares its frames. */
export const drawQueue = new DrawQueue();
