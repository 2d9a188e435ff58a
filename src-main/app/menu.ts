import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { ChannelInput } from '../../shared/ipc/channels.ts';

interface Actions {
  /** Does a command of the page, by its id. */
  command: (id: string) => void;
  openWorkspace: () => void;
}

/** The native menu. Commands that belong to the page are sent to it, so that keys, palette and menu do the same. */
export class NativeMenu {
  #actions: Actions;
  #views: ChannelInput<'menu:views'> = [];

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#install();
  }

  /** The page's views, in their order. */
  setViews(views: ChannelInput<'menu:views'>): void {
    this.#views = views;
    this.#install();
  }

  /**
   * The page hears its keys itself; here they are only shown. (On a Mac they are registered all the same, and the page keeps
   * the menu from hearing a key that it used.)
   */
  #item(label: string, id: string, accelerator?: string): MenuItemConstructorOptions {
    return {
      label,
      ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
      click: () => this.#actions.command(id),
    };
  }

  #install(): void {
    const mac = process.platform === 'darwin';
    const separator = { type: 'separator' } as const;
    const views = this.#views.map(({ id, title, digit }) =>
      // `&` would underline a letter.
      this.#item(
        title.replace(/&/g, '&&'),
        `view.${id}`,
        digit === undefined ? undefined : `CmdOrCtrl+${digit}`,
      ),
    );
    const template: MenuItemConstructorOptions[] = [
      ...(mac ? [{ role: 'appMenu' } as const] : []),
      {
        label: '&File',
        submenu: [
          this.#item('Open dataset…', 'dataset.open', 'CmdOrCtrl+O'),
          {
            label: 'Open workspace…',
            accelerator: 'CmdOrCtrl+Shift+O',
            click: this.#actions.openWorkspace,
          },
          separator,
          this.#item('Export…', 'view.export', 'CmdOrCtrl+Shift+E'),
          separator,
          mac ? { role: 'close' } : { role: 'quit' },
        ],
      },
      {
        label: '&Edit',
        submenu: [
          this.#item('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
          this.#item('Redo', 'edit.redo', mac ? 'Cmd+Shift+Z' : 'Ctrl+Y'),
          separator,
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          { role: 'selectAll' },
          separator,
          this.#item('Find in this view', 'view.find', 'CmdOrCtrl+F'),
        ],
      },
      {
        label: '&View',
        submenu: [
          ...views,
          separator,
          this.#item('Jump to what trains, and back', 'queue.jump', 'CmdOrCtrl+J'),
          this.#item('Command palette…', 'palette.open', 'CmdOrCtrl+K'),
          separator,
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
          ...(app.isPackaged ? [] : ([separator, { role: 'reload' }, { role: 'toggleDevTools' }] as const)),
        ],
      },
      { role: 'help', submenu: [this.#item('Keyboard shortcuts', 'help.shortcuts')] },
    ];
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }
}
