/**
 * Keys of a plot's marks, of which one is in the tab order: arrows go from mark to mark, Home and End to the ends, Enter and Space press.
 * @param press what a click on it does
 */
export function markKeys(event: KeyboardEvent & { currentTarget: Element }, press: () => void): void {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    press();
    return;
  }
  const marks = [
    ...(event.currentTarget.parentElement?.querySelectorAll<SVGElement>('[role="button"]') ?? []),
  ];
  const at = marks.indexOf(event.currentTarget as SVGElement);
  const to = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: marks.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  marks[Math.max(0, Math.min(marks.length - 1, to))]?.focus();
}
