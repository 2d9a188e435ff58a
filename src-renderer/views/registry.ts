import type { ViewEntry } from '../state/view-entry.ts';
import { compareView } from './compare/view.ts';
import { datasetView } from './dataset/view.ts';
import { ensembleView } from './ensemble/view.ts';
import { gridView } from './grid/view.ts';
import { predictView } from './predict/view.ts';
import { queueView } from './queue/view.ts';
import { ratingsView } from './ratings/view.ts';
import { runsView } from './runs/view.ts';
import { settingsView } from './settings/view.ts';

/** Every view, in the order of the sidebar. A new one is its views/NAME/view.ts and a line here. */
export const viewEntries: readonly ViewEntry[] = [
  datasetView,
  gridView,
  ratingsView,
  queueView,
  runsView,
  compareView,
  ensembleView,
  predictView,
  settingsView,
];
