/** Seconds that people count in. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
/** As many places are marked on an axis at most, before those that have no room are left out. */
const MOST = 8;

/** How far apart an axis of time is marked: 1 min, not the 100 s that lie evenly between round numbers. @param span in seconds */
export function timeStep(span: number): number {
  const days = Math.ceil(span / 86_400 / MOST);
  return STEPS.find((step) => span / step <= MOST) ?? 86_400 * days;
}
