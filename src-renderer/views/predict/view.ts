import type { ViewEntry } from '../../state/view-entry.ts';

export const predictView: ViewEntry = {
  id: 'predict',
  title: 'Predict',
  icon: 'predict',
  digit: '8',
  load: () => import('./PredictView.svelte'),
  commands: ({ predict, shell }) => [
    {
      id: 'predict.choose',
      title: 'Predict pictures…',
      group: 'Predict',
      words: 'classify inference probability drop',
      run: () => {
        shell.view = 'predict';
        return predict.choose();
      },
    },
  ],
};
