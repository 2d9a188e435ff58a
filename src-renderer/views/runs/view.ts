import type { ViewEntry } from '../../state/view-entry.ts';

export const runsView: ViewEntry = {
  id: 'runs',
  title: 'Runs',
  icon: 'runs',
  digit: '4',
  load: () => import('./RunsView.svelte'),
  badge: ({ runs }) => (runs.rows.length > 0 ? String(runs.rows.length) : ''),
  toSearch: ({ runs }) => runs.close(),
  commands: ({ runs, shell }) => [
    {
      id: 'runs.close',
      title: 'Back to all runs',
      group: 'Runs',
      keys: 'Escape',
      enabled: () => shell.view === 'runs' && runs.selected !== null,
      run: () => runs.close(),
    },
  ],
  finds: ({ runs, shell }) =>
    runs.rows.map((row) => ({
      id: `run.${row.id}`,
      title: row.name,
      // Of several with one name, what tells them apart.
      group: [runs.table.differences.get(row.id), 'Run'].filter(Boolean).join(' · '),
      words: `${row.dataset ?? ''} ${row.id} ${row.state}`,
      run: () => {
        shell.view = 'runs';
        return runs.open(row.id);
      },
    })),
};
