import type { ViewEntry } from '../../state/view-entry.ts';

export const datasetView: ViewEntry = {
  id: 'dataset',
  title: 'Dataset',
  icon: 'dataset',
  digit: '1',
  load: () => import('./DatasetView.svelte'),
  badge: ({ dataset }) => (dataset.status === 'reading' ? '…' : ''),
  toSearch: ({ dataset }) => {
    if (dataset.browser !== null) dataset.browser.tab = 'pictures';
  },
  commands: ({ dataset, shell }) => [
    {
      id: 'dataset.open',
      title: 'Open a dataset…',
      group: 'Dataset',
      keys: 'Mod+O',
      words: 'folder csv read drop',
      run: () => {
        shell.view = 'dataset';
        return dataset.choose();
      },
    },
    {
      id: 'dataset.close-picture',
      title: 'Close the picture’s details',
      group: 'Dataset',
      keys: 'Escape',
      enabled: () =>
        shell.view === 'dataset' && dataset.browser?.tab === 'pictures' && dataset.browser.selected !== null,
      run: () => {
        if (dataset.browser !== null) dataset.browser.selected = null;
      },
    },
    {
      id: 'dataset.sample',
      title: 'Try the sample dataset',
      group: 'Dataset',
      enabled: () => !shell.readOnly,
      run: () => {
        shell.view = 'dataset';
        return dataset.drawSample();
      },
    },
  ],
};
