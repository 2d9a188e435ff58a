import type { ViewEntry } from '../../state/view-entry.ts';

export const gridView: ViewEntry = {
  id: 'grid',
  title: 'Grid',
  icon: 'grid',
  digit: '2',
  load: () => import('./GridView.svelte'),
  commands: (desk) => [
    {
      id: 'grid.save',
      title: 'Save the grid as a file…',
      group: 'Grid',
      keys: 'Mod+S',
      enabled: () => desk.shell.view === 'grid' && desk.dataset.summary !== null,
      run: () => desk.saveGrid(),
    },
  ],
};
