import { architecture } from '../../../shared/architectures/index.ts';
import { type ErrorPayload, GranaryError, toErrorPayload } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import type { WeightsQuestion } from '../../../shared/ipc/weights.ts';
import { matchWeights } from '../../models/weights.ts';
import { recordProgram } from '../../training/program/index.ts';
import { startingWeights } from '../../training/starting-weights.ts';
import type { JobContext } from '../context.ts';

/** Whether weights fit the architectures that are to start from them, before any run is queued: names and shapes are compared. */
export async function run(
  { workspace, questions }: JobOf<'check-weights'>,
  { signal }: JobContext,
): Promise<JobResult<'check-weights'>> {
  const problems: (ErrorPayload | null)[] = [];
  for (const question of questions) problems.push(await problemOf(question, workspace, signal));
  return { problems };
}

async function problemOf(
  { arch, size, weights }: WeightsQuestion,
  workspace: string,
  signal: AbortSignal,
): Promise<ErrorPayload | null> {
  try {
    const { file } = await startingWeights(arch, weights, { workspace, signal });
    if (file === null) return null;
    const info = architecture(arch);
    const { parameters, statistics } = recordProgram({
      ...{ arch: info.id, targets: [2], pixels: size, size, microBatch: 1, evalBatch: 1 },
      ...{
        train: false,
        accumulate: false,
        trainHead: false,
        labelSmoothing: 0,
        normalise: info,
        lrGroups: 1,
      },
      optimizer: { beta2: 0.999, epsilon: 1e-8 },
    });
    matchWeights(parameters, statistics, file, { head: 'replace', values: 'unread' });
    return null;
  } catch (error) {
    if (!(error instanceof GranaryError) || error.code === 'CANCELLED') throw error;
    const { code, message, fix, details } = toErrorPayload(error);
    return { code, message: `${arch}: ${message}`, ...(fix === undefined ? {} : { fix }), details };
  }
}
