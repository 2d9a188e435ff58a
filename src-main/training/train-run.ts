import type { Manifest } from '../../shared/records/dataset.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { EagerOpCounter } from './eager-count.ts';
import { openPictures } from './pictures.ts';
import { prepareRun } from './prepare.ts';
import type { ResumePoint } from './resume-point.ts';
import { Program } from './program/index.ts';
import type { RunIdentity } from './run-header.ts';
import type { RunOutput, RunSurroundings } from './run-output.ts';
import { Training } from './training.ts';

/**
 * Trains one run from its config, or from where it was cut off, to its predictions. The same config, seed included, gives the
 * same numbers on the same machine.
 * @param from the state to go on from; its weights are let go once the network has them
 * @throws GranaryError CANCELLED, TRAINING_DIVERGED, and whatever preparing finds wrong
 */
export async function trainRun(
  identity: RunIdentity,
  config: RunConfig,
  manifest: Manifest,
  around: RunSurroundings,
  from: ResumePoint | null = null,
): Promise<RunOutput> {
  const began = performance.now();
  const run = await prepareRun(identity, config, manifest, from, {
    ...{ workspace: around.workspace, signal: around.signal },
    tell: around.desk.tell,
  });
  around.desk.started(run.header, run.split);
  for (const message of run.header.warnings) around.desk.tell({ type: 'warning', message });
  const pictures = await openPictures(run, around);
  try {
    const program = Program.load(run.recorded);
    const eager = new EagerOpCounter();
    try {
      const training = new Training(run, program, pictures, eager, around, from, began);
      await training.tryAllLayers();
      if (from === null) training.begin();
      else training.goOn(from.checkpoint);
      from?.checkpoint.weights.clear();
      from?.checkpoint.optimizer.moments.clear();
      return await training.toTheEnd();
    } finally {
      eager.dispose();
      program.dispose();
    }
  } finally {
    pictures.close();
  }
}
