import type { z } from 'zod';

/** What a view remembers between starts, on this machine. What is missing or damaged means the defaults. */
export function readKept<S extends z.ZodType>(key: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(localStorage.getItem(key) ?? '{}'));
  } catch {
    return schema.parse({});
  }
}

export function keep(key: string, value: unknown): void {
  localStorage.setItem(key, JSON.stringify(value));
}
