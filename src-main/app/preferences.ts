import { ipcMain } from 'electron';
import Store from 'electron-store';
import type { Preferences } from '../../shared/records/preferences.ts';
import { changedWishes, readWishes } from './wishes.ts';

export interface WindowBounds {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}

interface Saved {
  workspace?: string;
  bounds?: WindowBounds;
  /** As they were written, perhaps by a newer version. */
  wishes?: unknown;
}

/** What the app remembers between starts. A damaged file means the defaults, never a failed start. */
export class PreferenceStore {
  #store: Store<Saved>;

  constructor() {
    this.#store = new Store<Saved>({ name: 'preferences', clearInvalidConfig: true });
    // electron-store opens a channel for windows that would use it directly; ours never do, and no sender is checked on it.
    ipcMain.removeAllListeners('electron-store-get-data');
  }

  get wishes(): Preferences {
    return readWishes(this.#store.get('wishes'));
  }

  /** @returns all wishes, as they are now */
  change(stated: Partial<Preferences>): Preferences {
    this.#store.set('wishes', changedWishes(this.#store.get('wishes'), stated));
    return this.wishes;
  }

  get workspace(): string | undefined {
    const saved: unknown = this.#store.get('workspace');
    return typeof saved === 'string' && saved !== '' ? saved : undefined;
  }

  set workspace(path: string) {
    this.#store.set('workspace', path);
  }

  get bounds(): WindowBounds | undefined {
    const saved = this.#store.get('bounds') as Partial<WindowBounds> | undefined;
    if (saved === undefined || !Number.isFinite(saved.width) || !Number.isFinite(saved.height))
      return undefined;
    return saved as WindowBounds;
  }

  set bounds(bounds: WindowBounds) {
    this.#store.set('bounds', bounds);
  }
}
