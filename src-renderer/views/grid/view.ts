import type { ViewEntry } from '../../state/view-entry.ts';

export const gridView: ViewEntry = {
  id: 'grid',
  title: 'Grid',
  icon: 'grid',
  digit: '2',
  load: () => import('./GridView.svelte'),
};
