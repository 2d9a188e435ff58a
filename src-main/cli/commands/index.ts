import type { Command } from 'commander';
import { register as annotate } from './annotate.ts';
import { register as app } from './app.ts';
import { register as bench } from './bench.ts';
import { register as benchLoader } from './bench-loader.ts';
import { register as cache } from './cache.ts';
import { register as collab } from './collab.ts';
import { register as compare } from './compare.ts';
import { register as doctor } from './doctor.ts';
import { register as ensemble } from './ensemble.ts';
import { register as fetch } from './fetch.ts';
import { register as fit } from './fit.ts';
import { register as inspect } from './inspect.ts';
import { register as logs } from './logs.ts';
import { register as model } from './model.ts';
import { register as models } from './models.ts';
import { register as monitor } from './monitor.ts';
import { register as report } from './report.ts';
import { register as predict } from './predict.ts';
import { register as preview } from './preview.ts';
import { register as score } from './score.ts';
import { register as sample } from './sample.ts';
import { register as queue } from './queue.ts';
import { register as runs } from './runs.ts';
import { register as settings } from './settings.ts';
import { register as setup } from './setup.ts';
import { register as show } from './show.ts';
import { register as train } from './train.ts';

/** One file a subcommand; each registers itself on the program. */
export const commands: ((program: Command) => void)[] = [
  app,
  setup,
  bench,
  cache,
  collab,
  doctor,
  monitor,
  fit,
  inspect,
  model,
  models,
  fetch,
  sample,
  ensemble,
  predict,
  preview,
  score,
  report,
  train,
  queue,
  runs,
  show,
  annotate,
  compare,
  logs,
  settings,
  benchLoader,
];
