import { ask } from '../api/granary.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { LiveRun } from '../../shared/ipc/views.ts';
import type { EpochLog } from '../../shared/records/run-record.ts';

/** The run that trains now, as it goes: every step's loss, every epoch's figures, and what it does in between. */
export class LiveRunState {
  readonly runId: string;
  /** Grows in place: charts read it when `latest` or `epochs` change. */
  steps: { step: number; loss: number }[] = [];
  latest = $state.raw<LiveRun['latest']>(null);
  epochs = $state.raw<EpochLog[]>([]);
  stage = $state.raw<LiveRun['stage']>(null);
  warnings = $state.raw<string[]>([]);
  stepsPerEpoch = $state<number | null>(null);

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Catches up with what main remembers; events that come meanwhile are newer and are kept. */
  async load(): Promise<void> {
    const live = await ask('runs:live', { runId: this.runId });
    if (live === null) return;
    const newest = live.steps[live.steps.length - 1]?.step ?? 0;
    this.steps = [...live.steps, ...this.steps.filter((point) => point.step > newest)];
    this.latest ??= live.latest;
    this.stage ??= live.stage;
    this.epochs = [...live.epochs, ...this.epochs.filter((log) => log.epoch > live.epochs.length)];
    this.warnings = live.warnings;
    this.stepsPerEpoch ??= live.stepsPerEpoch;
  }

  take(event: WorkerEvent): void {
    switch (event.type) {
      case 'run-started':
        this.stepsPerEpoch = event.header.stepsPerEpoch;
        this.warnings = event.header.warnings;
        return;
      case 'warning':
        if (!this.warnings.includes(event.message)) this.warnings = [...this.warnings, event.message];
        return;
      case 'progress': {
        const { stage, done, total, unit, perSecond } = event;
        this.stage = { stage, done, total, unit, perSecond };
        return;
      }
      case 'step': {
        const { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds } = event;
        this.steps.push({ step, loss });
        this.stage = null;
        this.latest = { epoch, step, totalSteps, loss, lr, imagesPerSecond, rssMb, etaSeconds };
        return;
      }
      case 'epoch':
        this.epochs = [...this.epochs.filter((log) => log.epoch !== event.log.epoch), event.log];
        return;
      default:
    }
  }
}
