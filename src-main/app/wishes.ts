import { preferencesSchema, type Preferences } from '../../shared/records/preferences.ts';
import { asObject, readableFields } from '../../shared/readable-fields.ts';

const { shape } = preferencesSchema;

/** What the user wished for; a wish that cannot be read is the default again, the others stay, also those kept by name. */
export function readWishes(saved: unknown): Preferences {
  const { panes, baselines } = asObject(saved);
  return preferencesSchema.parse({
    ...readableFields(shape, saved),
    panes: readableEntries(shape.panes, panes),
    baselines: readableEntries(shape.baselines, baselines),
  });
}

/** Those entries that the schema of a record takes. */
function readableEntries(record: typeof shape.panes | typeof shape.baselines, saved: unknown): object {
  return Object.fromEntries(
    Object.entries(asObject(saved)).filter(([name, value]) => record.safeParse({ [name]: value }).success),
  );
}

/** What is to be saved after a change. A newer version's wishes, which cannot be read here, stay for it. */
export function changedWishes(saved: unknown, stated: Partial<Preferences>): object {
  // An undefined key states nothing.
  const changes = Object.entries(stated).filter(([, value]) => value !== undefined);
  return { ...asObject(saved), ...Object.fromEntries(changes) };
}
