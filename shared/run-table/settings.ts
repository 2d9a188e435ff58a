import { defaultPresize, formatImageSize, imageSizeSchema } from '../image-size.ts';
import { type RunConfig, runConfigSchema } from '../records/run-config.ts';

export type SettingValue = string | number;
/** A run's settings one level deep, such as `augment.maxRotate`. Switches are `on` and `off`, sizes `128` or `320x240`. */
export type Settings = Record<string, SettingValue>;

/** What names the dataset is shown as the dataset, and not as a setting. */
const hidden = new Set(['version', 'dataset', 'datasetOptions']);

/** Every setting of a config but those of its dataset, in the schema's order. */
export function flatSettings(config: RunConfig): Settings {
  const flat: Settings = {};
  for (const [key, value] of Object.entries(config)) if (!hidden.has(key)) flatten(flat, key, value);
  return flat;
}

/** The same of a config that states nothing but dataset, architecture, size and seed: the documented defaults. */
export function standardSettings(config: RunConfig): Settings {
  const { dataset, arch, size, seed } = config;
  // A presize that was left out is resolved to one and a half times the size before the run is written.
  return flatSettings(runConfigSchema.parse({ dataset, arch, size, seed, presize: defaultPresize(size) }));
}

/** Adds a setting, or what it consists of. */
export function flatten(flat: Settings, key: string, value: unknown): void {
  if (value === undefined) return;
  const size = imageSizeSchema.safeParse(value);
  if (size.success) flat[key] = formatImageSize(size.data);
  else if (value === null) flat[key] = 'off';
  else if (Array.isArray(value)) flat[key] = value.join(', ') || 'the first';
  else if (typeof value === 'object')
    for (const [inner, its] of Object.entries(value)) flatten(flat, `${key}.${inner}`, its);
  else flat[key] = typeof value === 'number' ? value : plain(value);
}

function plain(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}

/** Names of the settings in which some of these differ, in the order in which they first appear. */
export function differingSettings(all: readonly Settings[]): string[] {
  const names = new Set(all.flatMap((settings) => Object.keys(settings)));
  return [...names].filter((name) => new Set(all.map((settings) => settings[name])).size > 1);
}
