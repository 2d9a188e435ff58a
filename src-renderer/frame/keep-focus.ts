const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]';

type Focusable = HTMLElement | SVGElement;

function focusables(within: Element): Focusable[] {
  return [...within.querySelectorAll<Focusable>(FOCUSABLE)];
}

/** Whether a change has taken an element's focus from it, and the element can have it again. */
function putBack({ type, target, removedNodes }: MutationRecord, held: Element): boolean {
  if (type === 'attributes') return target === held;
  return [...removedNodes].some((node) => node.contains(held));
}

/**
 * Keeps the keyboard's place in a part of the page: when what has the focus is taken out of it (a row that was removed, a button whose
 * place another takes, a view that was left) the focus goes to what stands there now, in the nearest part that is left, and to the
 * whole where nothing is; what was only moved, or disabled for a while, has it again. Otherwise it would fall back to the page, and a
 * screen reader with it. Lists that are drawn only where they are seen (`data-virtual`) look after it themselves, as long as they are
 * there; where they gave it to nothing they have it.
 * @param root can be focused itself
 * @returns ends it
 */
export function keepFocus(root: HTMLElement): () => void {
  let held: Element | null = null;
  /** Where what has the focus stands in one that looks after it. */
  let list: Element | null = null;
  /** What could be focused when it had come. */
  let all: Focusable[] = [];
  /** Around what has the focus, from inside out: each part, and the place among what can be focused in it. */
  let around: { part: Element; place: number }[] = [];

  function remember(event: FocusEvent): void {
    held = event.target as Element;
    list = held.closest('[data-virtual]');
    all = focusables(root);
    const at = all.indexOf(held as Focusable);
    let first = at;
    around = [];
    for (let part = held.parentElement; part !== null && part !== root; part = part.parentElement) {
      // What is inside a part stands together in the page's order.
      while (first > 0 && part.contains(all[first - 1]!)) first -= 1;
      around.push({ part, place: at - first });
    }
  }

  function restore(changes: readonly MutationRecord[]): void {
    if (held === null || (document.activeElement ?? document.body) !== document.body) return;
    if (held.isConnected) {
      // A row that was moved among others, or a button that had nothing to do for a while.
      if (changes.some((change) => putBack(change, held!)))
        (held as Focusable).focus({ preventScroll: true });
      return;
    }
    if (list?.isConnected) {
      (list as HTMLElement).focus({ preventScroll: true });
      return;
    }
    const parts = around.filter(({ part }) => part.isConnected);
    const before = all;
    forget();
    for (const { part, place } of parts) {
      const seen = focusables(part).filter((one) => one.getClientRects().length > 0);
      // In a part that has something else altogether the place says nothing.
      const stayed = before.some((one) => part.contains(one));
      const next = seen[stayed ? Math.min(place, seen.length - 1) : 0];
      next?.focus({ preventScroll: true });
      if (next !== undefined && document.activeElement === next) return;
    }
    root.focus({ preventScroll: true });
  }

  function forget(): void {
    held = list = null;
    all = [];
    around = [];
  }

  /** Another part of the page took it. */
  function taken({ relatedTarget }: FocusEvent): void {
    if (relatedTarget !== null && !root.contains(relatedTarget as Node)) forget();
  }

  /** Somebody pressed elsewhere, where there may be nothing that takes it. */
  function pressed({ target }: PointerEvent): void {
    if (!root.contains(target as Node)) forget();
  }

  const observer = new MutationObserver(restore);
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  root.addEventListener('focusin', remember);
  root.addEventListener('focusout', taken);
  document.addEventListener('pointerdown', pressed, true);
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', remember);
    root.removeEventListener('focusout', taken);
    document.removeEventListener('pointerdown', pressed, true);
  };
}
