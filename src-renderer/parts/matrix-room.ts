/** Names of the classes, and the column of what was wrong. */
const BESIDE = 180;
const CELL = 27;

/** What a confusion matrix needs to be whole, in pixels: those that stand side by side have so much each, or a line of their own. */
export function matrixRoom(classes: number): number {
  return Math.max(340, BESIDE + CELL * classes);
}
