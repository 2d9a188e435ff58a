import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Draws samples into folders of a workspace, one after another: what is stopped clears up behind itself before the next begins there. */
export class SampleDrawer {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Fills a folder, unless it is whole already.
   * @param whole the file in it that is written last
   * @param draw makes the folder and fills it
   * @throws what `draw` throws
   */
  into(folder: string, whole: string, draw: () => Promise<unknown>): Promise<void> {
    const drawn = this.#last.then(async () => {
      if (existsSync(join(folder, whole))) return;
      // What a killed process left of it would be in the way for ever.
      rmSync(folder, { recursive: true, force: true });
      await draw();
    });
    this.#last = drawn.catch(() => undefined);
    return drawn;
  }
}
