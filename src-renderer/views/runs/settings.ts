import type { RunConfig } from '../../../shared/records/run-config.ts';
import { flatSettings, standardSettings } from '../../../shared/run-table/settings.ts';

export interface Setting {
  name: string;
  value: string;
  /** The default, as text; null where there is none (architecture, size, seed). */
  standard: string | null;
  differs: boolean;
}

/** What has no default is the run's own choice, and always worth showing. */
const chosen = new Set(['arch', 'size', 'seed']);

/** A run's settings, one level deep (`augment.maxRotate`), each beside the documented default. */
export function settingsOf(config: RunConfig): Setting[] {
  const standard = standardSettings(config);
  return Object.entries(flatSettings(config))
    .map(([name, own]) => {
      const value = String(own);
      const usual = chosen.has(name) || standard[name] === undefined ? null : String(standard[name]);
      return { name, value, standard: usual, differs: usual !== value };
    })
    .sort((a, b) => Number(chosen.has(b.name)) - Number(chosen.has(a.name)));
}
