import type { ViewEntry } from '../../state/view-entry.ts';

export const compareView: ViewEntry = {
  id: 'compare',
  title: 'Compare',
  icon: 'compare',
  digit: '5',
  load: () => import('./CompareView.svelte'),
  badge: ({ runs }) => (runs.marked.size > 0 ? String(runs.marked.size) : ''),
};
