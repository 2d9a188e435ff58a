/** Known answers by image id, each by column; an empty one is unknown. */
export type Answers = ReadonlyMap<string, Record<string, string>>;

/** Those of some columns in which any answer is known. */
export function answered(answers: Answers, columns: readonly string[]): string[] {
  return columns.filter((column) => [...answers.values()].some((row) => row[column]?.trim()));
}

/**
 * Judges what was told against known answers. Of several columns, pictures whose answer is known in each are judged, and each
 * has to be right.
 * @param tell what was told of a picture in a column; undefined: nothing, and the picture is not judged
 */
export function judgeAnswers(
  answers: Answers,
  columns: readonly string[],
  tell: (id: string, column: string) => string | undefined,
): { images: number; wrong: number } {
  let [images, wrong] = [0, 0];
  for (const [id, row] of answers) {
    const pairs = columns.map((column) => [row[column]?.trim(), tell(id, column)]);
    if (pairs.some(([truth, told]) => !truth || told === undefined)) continue;
    images += 1;
    if (pairs.some(([truth, told]) => truth !== told)) wrong += 1;
  }
  return { images, wrong };
}
