import type { ViewEntry } from '../../state/view-entry.ts';

export const ratingsView: ViewEntry = {
  id: 'ratings',
  title: 'Ratings',
  icon: 'ratings',
  digit: '7',
  load: () => import('./RatingsView.svelte'),
  badge: ({ ratings }) => (ratings.busy ? '…' : ''),
  commands: ({ ratings, shell }) => [
    {
      id: 'ratings.open',
      title: 'Open a ratings file…',
      group: 'Ratings',
      words: 'csv movielens recommender collaborative filtering',
      run: () => {
        shell.view = 'ratings';
        return ratings.choose();
      },
    },
    {
      id: 'ratings.sample',
      title: 'Try the sample ratings',
      group: 'Ratings',
      words: 'films recommender',
      enabled: () => !shell.readOnly,
      run: () => {
        shell.view = 'ratings';
        return ratings.drawSample();
      },
    },
  ],
};
