/** What a text in a table stands for. It can only ever be a file that was found below the root. */
export type Resolved =
  | { found: string }
  | { found: null; why: 'missing' | 'outside-root' | 'ambiguous' }
  /** `elsewhere`: not in the folder that is named; `at` has its name. `test-picture`: it is `at`, which nothing may train on. */
  | { found: null; why: 'elsewhere' | 'test-picture'; at: string };

/** Whether a text is one that names pictures, also where its own cannot be told or is not in its place. */
export function namesFiles(resolved: Resolved): boolean {
  return resolved.found !== null || resolved.why === 'ambiguous' || resolved.why === 'elsewhere';
}

export const SEVERAL = 'several files have this name';

/** Why a text has no file, for the message; undefined where there is nothing to add. */
export function whyNone(resolved: Resolved & { found: null }): string | undefined {
  if (resolved.why === 'ambiguous') return SEVERAL;
  if (resolved.why === 'test-picture') return 'is a test picture';
  return resolved.why === 'elsewhere' ? `not in that folder; ${resolved.at} has its name` : undefined;
}
