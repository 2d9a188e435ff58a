/**
 * Keys among things of which one is in the tab order: arrows go from one to the next, Home and End to the ends.
 * @param all in their order
 * @returns whether the key was one of these
 */
export function walkAmong(
  event: KeyboardEvent & { currentTarget: Element },
  all: readonly (HTMLElement | SVGElement)[],
): boolean {
  const at = all.indexOf(event.currentTarget as HTMLElement);
  const to = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to === undefined) return false;
  event.preventDefault();
  all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
  return true;
}

/**
 * Enter and Space, which press what has the focus.
 * @param press what a click on it does
 * @returns whether the key was one of these
 */
export function pressedBy(event: KeyboardEvent, press: () => void): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  event.preventDefault();
  press();
  return true;
}
