import { onDestroy } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

/** Something that a user can do from anywhere: the palette finds it, its keys do it, `?` lists it, the native menu may show it. */
export interface Command {
  /** Stable and unique, `area.what`, such as `queue.pause`. */
  id: string;
  /** An imperative, such as `Pause the queue`; with `…` where it asks something first. */
  title: string;
  /** Heading under which it is listed. */
  group: string;
  /** As state/keys.ts writes them: `Mod+Shift+E`. */
  keys?: string;
  /** Further words that the palette finds it by. */
  words?: string;
  /** False while it cannot be done: it is not offered then, and its keys do nothing. */
  enabled?: () => boolean;
  run: () => void | Promise<void>;
}

/** Id of the command by which the open view writes what it shows to a file; the window's own export key does it. */
export const EXPORT = 'export.here';

/** Every command there is now. Views add theirs: for always in views/NAME/view.ts, or while a component lives. */
export class Commands {
  #known = new SvelteMap<string, Command>();
  #sources: (() => Command[])[] = [];

  /** Returns a function that takes them out again. A second command with an id takes the place of the first. */
  register(commands: readonly Command[]): () => void {
    for (const command of commands) this.#known.set(command.id, command);
    return () => {
      for (const command of commands)
        if (this.#known.get(command.id) === command) this.#known.delete(command.id);
    };
  }

  /** While the calling component lives. Call it in the component's script. */
  use(commands: readonly Command[]): void {
    onDestroy(this.register(commands));
  }

  get all(): Command[] {
    return [...this.#known.values()];
  }

  /** Those that can be done now. */
  get possible(): Command[] {
    return this.all.filter((command) => command.enabled?.() !== false);
  }

  /** Adds what a palette should find besides commands, such as runs by their name. Read anew at each search. */
  addSource(source: () => Command[]): void {
    this.#sources.push(source);
  }

  /** Everything that the palette finds. */
  get findable(): Command[] {
    return [...this.possible, ...this.#sources.flatMap((source) => source())];
  }

  /** Whether the open view has something to export now. */
  get canExport(): boolean {
    const command = this.find(EXPORT);
    return command !== undefined && command.enabled?.() !== false;
  }

  find(id: string): Command | undefined {
    return this.#known.get(id);
  }
}
