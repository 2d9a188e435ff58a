import { readFileSync } from 'node:fs';
import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { cachedManifest } from '../../dataset/manifest-store.ts';
import { type ProbePictures, probeMemory } from '../../training/memory/probe.ts';
import { smallestClass } from '../../training/memory/smallest-class.ts';
import { CardGauge } from '../../files/card-gauge.ts';
import { openPixelCache } from '../../preprocess/pixel-cache.ts';
import type { JobContext } from '../context.ts';
import { workerFailure } from '../failure.ts';

/** Trains a few steps in this process, whose highest memory is then that of the steps. */
export async function run(
  job: JobOf<'memory-probe'>,
  context: JobContext,
): Promise<JobResult<'memory-probe'>> {
  const pictures = job.dataset === null ? null : await picturesOf(job, context);
  const goOn = (done: number): boolean => {
    context.emit({
      type: 'progress',
      stage: 'probing memory',
      done,
      total: null,
      unit: 'steps',
      perSecond: null,
    });
    return !context.signal.aborted;
  };
  const card = new CardGauge();
  try {
    const result = probeMemory(
      job.question,
      pictures?.batch ?? null,
      { peakBytes, peakCardMb: () => card.peakMb() },
      goOn,
    );
    if (context.signal.aborted) throw new GranaryError('CANCELLED', 'The probe was stopped.');
    return result;
  } catch (error) {
    throw workerFailure(error);
  } finally {
    pictures?.close();
  }
}

/** Batches of the smallest class, again and again: how many pictures there are says nothing of the memory. */
async function picturesOf(
  { dataset, question }: JobOf<'memory-probe'>,
  { signal, emit }: JobContext,
): Promise<{ batch: (step: number) => ProbePictures; close: () => void }> {
  const { workspace, path, options } = dataset!;
  const manifest = await cachedManifest(workspace, path, options, { signal });
  const records = smallestClass(manifest).slice(0, 2 * question.microBatch);
  const { height, width } = question.presize;
  const cache = await openPixelCache({
    ...{
      workspace,
      root: manifest.root,
      records,
      size: question.presize,
      resize: 'squish',
      padMode: 'zeros',
    },
    signal,
    onProgress: (progress) => emit({ type: 'progress', ...progress }),
  });
  const pixels = new Uint8Array(question.microBatch * height * width * 3);
  const labels = new Int32Array(question.microBatch * question.classes.length);
  return {
    batch: (step) => {
      const first = step * question.microBatch;
      const places = Array.from({ length: question.microBatch }, (_, i) => (first + i) % records.length);
      cache.read(places, pixels);
      return { pixels, labels };
    },
    close: () => cache.close(),
  };
}

/** The highest resident memory of this process so far. */
function peakBytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return 1024 * Number(kilobytes);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}
