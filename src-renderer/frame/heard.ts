import type { Desk } from '../state/desk.svelte.ts';
import { pressed, typesInto } from '../state/keys.ts';

/** Keys that a text field uses itself. */
const editing = ['Mod+Z', 'Mod+Y', 'Mod+Shift+Z', 'Mod+A', 'Mod+C', 'Mod+V', 'Mod+X'];

/** One key press in the window: does the command that it is the key of. */
export function heard(event: KeyboardEvent, desk: Desk): void {
  // A view that used the key has said so; a panel over the window has the keyboard to itself.
  if (event.defaultPrevented || event.isComposing || desk.shell.panel !== null) return;
  const command = desk.commands.possible.find(({ keys }) => keys !== undefined && pressed(keys, event));
  if (command?.keys === undefined) return;
  const typing = typesInto(event.target);
  if (typing && (!command.keys.includes('Mod') || editing.includes(command.keys))) return;
  event.preventDefault();
  desk.run(command.id);
}
