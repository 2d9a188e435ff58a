import type { RunConfig } from '../../shared/records/run-config.ts';
import type { ResumePoint } from './resume-point.ts';

/**
 * The warnings of a run that goes on: those it had, what is new, and whether the bits may differ from those of a run that was
 * never cut off. Each stands once.
 */
export function resumedWarnings(
  { header, checkpoint }: ResumePoint,
  now: readonly string[],
  config: RunConfig,
  graphHash: string,
): string[] {
  const sameCut = checkpoint.config.accum === config.accum;
  const changed =
    checkpoint.graphHash === graphHash
      ? []
      : [
          sameCut
            ? 'The run goes on with another graph than it began with (Granary or a setting of memory has changed), so its bits may differ from those of an undisturbed run.'
            : `The run goes on in micro-batches of ${config.batchSize / config.accum}. The effective batch stays ${config.batchSize}.`,
        ];
  return [...new Set([...header.warnings, ...now, ...changed])];
}
