import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { News } from '../../shared/ipc/channels.ts';

/** The native menu. Commands that belong to the page are sent to it, so that keys and menu do the same. */
export function installMenu(
  command: (name: News<'menu:command'>) => void,
  openWorkspace: () => void,
  development: boolean,
): void {
  const item = (
    label: string,
    name: News<'menu:command'>,
    accelerator: string,
  ): MenuItemConstructorOptions => ({
    label,
    accelerator,
    click: () => command(name),
  });
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('Open dataset…', 'open-dataset', 'CmdOrCtrl+O'),
        { label: 'Open workspace…', accelerator: 'CmdOrCtrl+Shift+O', click: openWorkspace },
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        item('Dataset', 'view-dataset', 'CmdOrCtrl+1'),
        item('Grid', 'view-grid', 'CmdOrCtrl+2'),
        item('Queue', 'view-queue', 'CmdOrCtrl+3'),
        item('Runs', 'view-runs', 'CmdOrCtrl+4'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(development
          ? ([{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }] as const)
          : []),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
