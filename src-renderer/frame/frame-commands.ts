import { type Command, EXPORT } from '../state/commands.svelte.ts';
import type { Desk } from '../state/desk.svelte.ts';
import { onMac } from '../state/keys.ts';
import type { ViewEntry } from '../state/view-entry.ts';
import { findHere, searchField } from './find-here.ts';
import { jump } from './jump.ts';

/** Commands that belong to the window as a whole. */
export function frameCommands(desk: Desk, views: readonly ViewEntry[]): Command[] {
  const { shell, undo, commands } = desk;
  const open = (): ViewEntry | undefined => views.find(({ id }) => id === shell.view);
  const frame: Command[] = [
    {
      id: 'palette.open',
      title: 'Find a command or a run…',
      group: 'Window',
      keys: 'Mod+K',
      words: 'palette search',
      run: () => {
        shell.panel = 'palette';
      },
    },
    {
      id: 'help.shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Window',
      keys: '?',
      words: 'help keys',
      run: () => {
        shell.panel = 'shortcuts';
      },
    },
    {
      id: 'view.find',
      title: 'Find in this view',
      group: 'Window',
      keys: 'Mod+F',
      words: 'search filter',
      enabled: () => searchField() !== null || open()?.toSearch !== undefined,
      run: () => {
        const toSearch = open()?.toSearch;
        return findHere(toSearch && (() => toSearch(desk)));
      },
    },
    {
      id: 'view.export',
      title: 'Export what this view shows…',
      group: 'Window',
      keys: 'Mod+Shift+E',
      words: 'save csv submission file',
      enabled: () => commands.canExport,
      run: () => desk.run(EXPORT),
    },
    {
      id: 'queue.jump',
      title: 'Jump to what trains, and back',
      group: 'Go to',
      keys: 'Mod+J',
      words: 'queue live run',
      run: () => jump(desk),
    },
    {
      id: 'edit.undo',
      title: 'Undo',
      group: 'Edit',
      keys: 'Mod+Z',
      enabled: () => undo.possible,
      run: () => undo.undo(),
    },
    {
      id: 'edit.redo',
      title: 'Redo',
      group: 'Edit',
      keys: onMac ? 'Mod+Shift+Z' : 'Mod+Y',
      enabled: () => undo.redoPossible,
      run: () => undo.redo(),
    },
    {
      id: 'workspace.open',
      title: 'Open another workspace…',
      group: 'Workspace',
      run: () => shell.chooseWorkspace(),
    },
    ...(['system', 'light', 'dark'] as const).map((theme) => ({
      id: `theme.${theme}`,
      title: { system: 'Theme as the system has it', light: 'Light theme', dark: 'Dark theme' }[theme],
      group: 'Window',
      words: 'colours appearance mode',
      enabled: () => desk.preferences.current.theme !== theme,
      run: () => desk.preferences.set({ theme }),
    })),
  ];
  return [
    ...views.map(({ id, title, digit }) => ({
      id: `view.${id}`,
      title: `Go to ${title}`,
      group: 'Go to',
      ...(digit === undefined ? {} : { keys: `Mod+${digit}` }),
      run: () => {
        shell.view = id;
      },
    })),
    ...frame,
  ];
}
