import { appHandlers } from './app.ts';
import { compareHandlers } from './compare.ts';
import { dataHandlers } from './data-views.ts';
import { datasetHandlers } from './dataset.ts';
import type { Handlers } from './door.ts';
import { memoryHandlers } from './memory.ts';
import { pictureHandlers } from './pictures.ts';
import { gridFileHandlers } from './grid-files.ts';
import { ensembleHandlers } from './ensemble.ts';
import { queueHandlers } from './queue.ts';
import { ratingsHandlers } from './ratings.ts';
import { recommenderHandlers } from './recommender.ts';
import { runsHandlers } from './runs.ts';
import { weightsHandlers } from './weights.ts';
import type { Services } from './services.ts';

/** Every channel's handler. */
export function createHandlers(services: Services): Handlers {
  return {
    ...appHandlers(services),
    ...datasetHandlers(services),
    ...pictureHandlers(services),
    ...gridFileHandlers(services),
    ...dataHandlers(services),
    ...ratingsHandlers(services),
    ...recommenderHandlers(services),
    ...weightsHandlers(services),
    ...queueHandlers(services),
    ...memoryHandlers(services),
    ...runsHandlers(services),
    ...compareHandlers(services),
    ...ensembleHandlers(services),
  };
}
