import type { Manifest } from '../../shared/records/dataset.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { EagerOpCounter } from './eager-count.ts';
import { openPictures } from './pictures.ts';
import { prepareRun } from './prepare.ts';
import { Program } from './program/index.ts';
import type { RunIdentity } from './run-header.ts';
import type { RunOutput, RunSurroundings } from './run-output.ts';
import { Training } from './training.ts';

/**
 * Trains one run from its config to its predictions. The same config, seed included, gives the same numbers on the same machine.
 * @throws GranaryError CANCELLED, TRAINING_DIVERGED, and whatever preparing finds wrong
 */
export async function trainRun(
  identity: RunIdentity,
  config: RunConfig,
  manifest: Manifest,
  around: RunSurroundings,
): Promise<RunOutput> {
  const began = performance.now();
  const run = await prepareRun(identity, config, manifest);
  around.desk.started(run.header, run.split);
  for (const message of run.header.warnings) around.desk.tell({ type: 'warning', message });
  const pictures = await openPictures(run, around);
  try {
    const program = Program.load(run.recorded);
    const eager = new EagerOpCounter();
    try {
      const output = await new Training(run, program, pictures, eager, around).toTheEnd();
      output.result.seconds = (performance.now() - began) / 1000;
      return output;
    } finally {
      eager.dispose();
      program.dispose();
    }
  } finally {
    pictures.close();
  }
}
