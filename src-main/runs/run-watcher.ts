import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../../shared/workspace-layout.ts';
import { markOf } from './run-mark.ts';

/**
 * Notices that run folders change, whichever process writes them. It looks at a few files' sizes and times once a second:
 * recursive watching does not exist on Linux in Node 16, and not at all on network file systems.
 */
export class RunWatcher {
  readonly #workspace: string;
  readonly #onChange: (ids: string[]) => void;
  #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(workspace: string, onChange: (ids: string[]) => void) {
    this.#workspace = workspace;
    this.#onChange = onChange;
  }

  /** Begins watching; what is there now is not news. */
  start(everyMs: number): void {
    this.#seen = this.#look();
    this.#timer = setInterval(() => this.check(), everyMs);
    this.#timer.unref();
  }

  /** Looks now and tells of what has changed since the last look. */
  check(): void {
    const now = this.#look();
    const changed = [...now].filter(([id, mark]) => this.#seen.get(id) !== mark).map(([id]) => id);
    const gone = [...this.#seen.keys()].filter((id) => !now.has(id));
    this.#seen = now;
    if (changed.length + gone.length > 0) this.#onChange([...changed, ...gone]);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): Map<string, string> {
    const folder = join(this.#workspace, layout.runs);
    try {
      return new Map(readdirSync(folder).map((id) => [id, markOf(join(folder, id))]));
    } catch {
      return new Map();
    }
  }
}
