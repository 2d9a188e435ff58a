import { pressedBy, walkAmong } from './one-stop.ts';

/**
 * Keys of a plot's marks, of which one is in the tab order.
 * @param press what a click on it does
 */
export function markKeys(event: KeyboardEvent & { currentTarget: Element }, press: () => void): void {
  if (pressedBy(event, press)) return;
  walkAmong(event, [
    ...(event.currentTarget.parentElement?.querySelectorAll<SVGElement>('[role="button"]') ?? []),
  ]);
}
