import type { z } from 'zod';

/** A record's fields that can be read, by themselves; what a newer version or a damaged file says in the others is left out. */
export function readableFields(
  shape: Readonly<Record<string, z.ZodType>>,
  saved: unknown,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const value = schema.safeParse(asObject(saved)[name]);
    if (value.success) read[name] = value.data;
  }
  return read;
}

/** A value's fields; none where it is no JSON object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}
