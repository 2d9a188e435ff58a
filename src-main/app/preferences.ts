import { ipcMain } from 'electron';
import Store from 'electron-store';
import { preferencesSchema, type Preferences } from '../../shared/records/preferences.ts';

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
  wishes?: Partial<Preferences>;
}

/** What the app remembers between starts. A damaged file means the defaults, never a failed start. */
export class PreferenceStore {
  #store: Store<Saved>;

  constructor() {
    this.#store = new Store<Saved>({ name: 'preferences', clearInvalidConfig: true });
    // electron-store opens a channel for windows that would use it directly; ours never do, and no sender is checked on it.
    ipcMain.removeAllListeners('electron-store-get-data');
  }

  /** What the user wished for; a wish that cannot be read is the default again, the others stay. */
  get wishes(): Preferences {
    const saved: unknown = this.#store.get('wishes');
    const read: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(preferencesSchema.shape)) {
      const value = schema.safeParse((saved as Record<string, unknown> | undefined)?.[name]);
      if (value.success) read[name] = value.data;
    }
    return preferencesSchema.parse(read);
  }

  set wishes(wishes: Preferences) {
    this.#store.set('wishes', wishes);
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
