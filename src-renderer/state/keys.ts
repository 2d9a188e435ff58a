/**
 * Keys are written as `Mod+Shift+E`, `ArrowUp`, `Alt+ArrowUp`, `?`: modifiers in any order, then KeyboardEvent.key. `Mod` is
 * Cmd on a Mac and Ctrl elsewhere, as a native menu has it.
 */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export const onMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

function parts(keys: string): { key: string; mod: boolean; shift: boolean; alt: boolean } {
  const names = keys.split('+');
  const key = names[names.length - 1] ?? '';
  // `Mod++` zooms in: its key is a plus.
  return {
    key: key === '' ? '+' : key,
    mod: names.includes('Mod'),
    shift: names.includes('Shift'),
    alt: names.includes('Alt'),
  };
}

/** Whether a key press is the one that `keys` writes. */
export function pressed(keys: string, event: KeyPress, mac = onMac): boolean {
  const { key, mod, shift, alt } = parts(keys);
  const modHeld = mac ? event.metaKey : event.ctrlKey;
  const otherHeld = mac ? event.ctrlKey : event.metaKey;
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  if (modHeld !== mod || otherHeld || event.altKey !== alt) return false;
  // A sign such as `?` needs Shift on some keyboards and not on others: what arrives as the sign is the sign.
  return /^[a-z0-9]$/i.test(key) || key.length > 1 ? event.shiftKey === shift : true;
}

const shown: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Delete: 'Del',
};
const shownOnMac: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** As a person reads it: `Ctrl+Shift+E`, on a Mac `⇧⌘E`. */
export function keyText(keys: string, mac = onMac): string {
  const { key, mod, shift, alt } = parts(keys);
  const name = shown[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (mac) {
    const held = [alt && 'Alt', shift && 'Shift', mod && 'Mod'].filter((one) => one !== false);
    return held.map((one) => shownOnMac[one]).join('') + name;
  }
  return [mod && 'Ctrl', alt && 'Alt', shift && 'Shift', name].filter((one) => one !== false).join('+');
}

/** The same for Electron's menu. */
export function accelerator(keys: string): string {
  return keys.replace('Mod', 'CmdOrCtrl').replace('Arrow', '');
}

/** Whether a key that types something belongs to the element that has the focus. */
export function typesInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  );
}
