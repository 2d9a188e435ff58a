import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { MeasuredRun } from './eta.ts';
import type { MeasuredRatings } from './ratings-eta.ts';

/** A run of either kind, as far as it is known what it took. */
export type AnyMeasured = MeasuredRun | MeasuredRatings;

/** What is known of a run's cost after one more of its events. */
export function measuredSoFar(before: AnyMeasured | null, event: WorkerEvent): AnyMeasured | null {
  switch (event.type) {
    case 'run-started': {
      const { config, counts } = event.header;
      return before ?? { config, counts, epochs: [], seconds: null };
    }
    case 'ratings-started':
      return before ?? { kind: 'ratings', config: event.header.config, epochs: [], seconds: null };
    case 'full-pace':
      if (before === null || before.kind === 'ratings') return before;
      return { ...before, fullPace: event.secondsPerPicture };
    case 'epoch':
      if (before === null || before.kind === 'ratings') return before;
      return { ...before, epochs: [...before.epochs, event.log] };
    case 'ratings-epoch':
      if (before?.kind !== 'ratings') return before;
      return { ...before, epochs: [...before.epochs, event.log] };
    default:
      return before;
  }
}
