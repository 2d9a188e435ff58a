import { tick } from 'svelte';

/** The search field of the view that is open; the first where it has several. */
export function searchField(): HTMLInputElement | null {
  const fields = document.querySelectorAll<HTMLInputElement>('main input[type="search"]:enabled');
  return [...fields].find((field) => field.checkVisibility()) ?? null;
}

/**
 * Goes to the open view's search field and selects what is written there.
 * @param toSearch brings the field on screen where another part of the view is open
 */
export async function findHere(toSearch?: () => void): Promise<void> {
  // The palette that this was chosen in closes first, and gives the focus back.
  await tick();
  if (searchField() === null) {
    toSearch?.();
    await tick();
  }
  searchField()?.select();
}
