import type { ViewEntry } from '../../state/view-entry.ts';

export const ensembleView: ViewEntry = {
  id: 'ensemble',
  title: 'Ensemble',
  icon: 'ensemble',
  digit: '6',
  load: () => import('./EnsembleView.svelte'),
  badge: ({ ensemble }) => (ensemble.runs.length > 0 ? String(ensemble.runs.length) : ''),
};
