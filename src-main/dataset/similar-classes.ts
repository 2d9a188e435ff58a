import { grouped } from '../../shared/grouped.ts';

/** What a class's name says to a reader, whatever stands between its words. Of a number each mark counts: -1 is not 1. */
const read = (name: string): string =>
  /^[\d.,+-]+$/.test(name)
    ? name
    : name
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[\s_-]+/g, ' ')
        .trim();

/**
 * Classes that somebody probably meant as one, such as `Blast` and `blast`, or `leaf blight` and `leaf_blight`.
 * @returns each of them, with those that it is like
 */
export function similarClasses(classes: readonly string[]): Map<string, string[]> {
  const similar = new Map<string, string[]>();
  for (const [key, names] of grouped(classes, read))
    // A name of nothing but marks, such as `-` and `_`, says nothing by which it could be like another.
    if (names.length > 1 && key !== '')
      for (const name of names)
        similar.set(
          name,
          names.filter((other) => other !== name),
        );
  return similar;
}
