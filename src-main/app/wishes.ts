import { preferencesSchema, type Preferences } from '../../shared/records/preferences.ts';

/** What the user wished for; a wish that cannot be read is the default again, the others stay. */
export function readWishes(saved: unknown): Preferences {
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(preferencesSchema.shape)) {
    const value = schema.safeParse(asObject(saved)[name]);
    if (value.success) read[name] = value.data;
  }
  return preferencesSchema.parse(read);
}

/** What is to be saved after a change. A newer version's wishes, which cannot be read here, stay for it. */
export function changedWishes(saved: unknown, stated: Partial<Preferences>): object {
  // An undefined key states nothing.
  const changes = Object.entries(stated).filter(([, value]) => value !== undefined);
  return { ...asObject(saved), ...Object.fromEntries(changes) };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
