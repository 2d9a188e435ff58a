import { GranaryError } from '../../../shared/errors.ts';
import { parseImageSize } from '../../../shared/image-size.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { CardGauge } from '../../files/card-gauge.ts';
import { benchmarkSteps } from '../../training/program/bench.ts';
import type { JobContext } from '../context.ts';

/** Times compiled training steps in this process, whose peak memory is then that of training alone. */
export async function run(job: JobOf<'bench-step'>, context: JobContext): Promise<JobResult<'bench-step'>> {
  const { arch, batch, steps, checkpointing, precision } = job;
  const size = parseImageSize(job.size);
  const card = new CardGauge();
  const { seconds, firstSeconds, recorded } = benchmarkSteps(
    { arch, size, batch, steps, checkpointing, precision },
    (done) => {
      context.emit({ type: 'progress', stage: 'steps', done, total: steps, unit: 'steps', perSecond: null });
      return !context.signal.aborted;
    },
  );
  if (seconds.length === 0) throw new GranaryError('CANCELLED', 'The benchmark was stopped.');
  const sorted = [...seconds].sort((a, b) => a - b);
  return {
    arch,
    size: job.size,
    batch,
    checkpointing,
    precision,
    median_s: sorted[Math.floor(sorted.length / 2)]!,
    min_s: sorted[0]!,
    first_s: firstSeconds,
    // Linux counts maxRSS in KiB.
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    peak_card_mb: card.peakMb(),
    record_ms: recorded.recordMs,
    graph_bytes: recorded.savedModel.length,
  };
}
