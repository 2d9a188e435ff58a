import { defaultPresize, formatImageSize, imageSizeSchema } from '../../../shared/image-size.ts';
import { runConfigSchema, type RunConfig } from '../../../shared/records/run-config.ts';

export interface Setting {
  name: string;
  value: string;
  /** The default, as text; null where there is none (architecture, size, seed). */
  standard: string | null;
  differs: boolean;
}

/** What has no default is the run's own choice, and always worth showing. The dataset's path is shown elsewhere. */
const chosen = new Set(['arch', 'size', 'seed']);
const hidden = new Set(['version', 'dataset', 'datasetOptions']);

/** A run's settings, one level deep (`augment.maxRotate`), each beside the documented default. */
export function settingsOf(config: RunConfig): Setting[] {
  const standard = flatten(
    runConfigSchema.parse({
      dataset: config.dataset,
      arch: config.arch,
      size: config.size,
      seed: config.seed,
    }),
  );
  const own = flatten(config);
  return [...own]
    .filter(([name]) => !hidden.has(name.split('.')[0]!))
    .map(([name, value]) => {
      const usual = chosen.has(name) ? null : (standard.get(name) ?? null);
      // A presize that was left out is resolved to one and a half times the size before the run is written.
      const derived = name === 'presize' ? formatImageSize(defaultPresize(config.size)) : usual;
      return { name, value, standard: derived, differs: derived === null || derived !== value };
    })
    .sort((a, b) => Number(chosen.has(b.name)) - Number(chosen.has(a.name)));
}

function flatten(config: RunConfig): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(config)) {
    const size = imageSizeSchema.safeParse(value);
    if (size.success) flat.set(key, formatImageSize(size.data));
    else if (value === null) flat.set(key, 'off');
    else if (Array.isArray(value)) flat.set(key, value.join(', ') || 'the first');
    else if (typeof value === 'object')
      for (const [inner, its] of Object.entries(value)) flat.set(`${key}.${inner}`, text(its));
    else flat.set(key, text(value));
  }
  return flat;
}

function text(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}
