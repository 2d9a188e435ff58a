import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { LiveRun } from '../../shared/ipc/views.ts';

/** Points kept of one run; at twice as many every second is let go, so that the whole run stays covered evenly. */
const KEPT = 5000;

/** Remembers what a training run has said, so that a window that is opened or reloaded late shows its whole curve. */
export class LiveRunMemory {
  #live: LiveRun;
  #stride = 1;
  #seen = 0;

  constructor(runId: string) {
    this.#live = {
      runId,
      steps: [],
      targets: [],
      latest: null,
      epochs: [],
      ratingsEpochs: [],
      stage: null,
      warnings: [],
      stepsPerEpoch: null,
      memory: null,
    };
  }

  get current(): LiveRun {
    return this.#live;
  }

  take(event: WorkerEvent): void {
    const live = this.#live;
    switch (event.type) {
      case 'run-started':
        live.stepsPerEpoch = event.header.stepsPerEpoch;
        live.memory = event.header.memory ?? null;
        live.targets = event.header.targets.map(({ name }) => name);
        live.warnings = [...event.header.warnings];
        return;
      case 'ratings-started':
        live.stepsPerEpoch = event.header.stepsPerEpoch;
        live.warnings = [...event.header.warnings];
        return;
      case 'warning':
        // A worker may say what its header says already.
        if (!live.warnings.includes(event.message)) live.warnings.push(event.message);
        return;
      case 'progress': {
        const { stage, done, total, unit, perSecond } = event;
        live.stage = { stage, done, total, unit, perSecond };
        return;
      }
      case 'step': {
        const { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds } = event;
        live.latest = { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds };
        live.stage = null;
        for (const point of event.points ?? []) if (this.#seen++ % this.#stride === 0) live.steps.push(point);
        if (live.steps.length >= 2 * KEPT) {
          live.steps = live.steps.filter((_, index) => index % 2 === 0);
          this.#stride *= 2;
        }
        return;
      }
      case 'epoch':
        live.epochs.push(event.log);
        return;
      case 'ratings-epoch':
        live.ratingsEpochs.push(event.log);
        return;
      default:
    }
  }
}
