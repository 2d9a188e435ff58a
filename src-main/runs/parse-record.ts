import type { z } from 'zod';
import { isNewer } from '../files/newer-version.ts';

/**
 * A file's text as the record that it should hold; null where it holds none, with the reason among the problems.
 * @param where what the text is, for the message: "config.json", "epochs.jsonl line 3"
 */
export function parseRecord<S extends z.ZodType>(
  schema: S,
  text: string,
  where: string,
  problems: string[],
): z.infer<S> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.push(`${where} is not JSON`);
    return null;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  problems.push(
    isNewer(value, 1)
      ? `${where} was written by a newer version of Granary`
      : `${where} is not as expected at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}`,
  );
  return null;
}
