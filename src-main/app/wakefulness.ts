import { powerSaveBlocker } from 'electron';

/** Keeps the computer from going to sleep while a run trains; the screen may go dark. */
export class Wakefulness {
  #blocker: number | null = null;

  set(training: boolean): void {
    if (training && this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!training && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = null;
    }
  }
}
