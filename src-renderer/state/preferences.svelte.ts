import { ask, hear } from '../api/granary.ts';
import { preferencesSchema, type Preferences } from '../../shared/records/preferences.ts';

/** What the app remembers between starts. Main keeps it; a change is on disk when {@link set} resolves. */
export class PreferencesState {
  current = $state.raw<Preferences>(preferencesSchema.parse({}));

  constructor() {
    hear('preferences:changed', (preferences) => (this.current = preferences));
  }

  async load(): Promise<void> {
    this.current = await ask('preferences:read');
  }

  async set(changed: Partial<Preferences>): Promise<void> {
    this.current = { ...this.current, ...changed };
    this.current = await ask('preferences:write', changed);
  }
}
