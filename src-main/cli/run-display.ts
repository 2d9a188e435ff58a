import pc from 'picocolors';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { EpochLog, RunHeader } from '../../shared/records/run-record.ts';
import { formatBar, formatBytes, formatDuration, formatLoss, formatRate } from './format.ts';
import { printJson } from './output.ts';
import type { StatusLine } from './progress.ts';

const BAR = 24;
const widths = [10, 10, 10, 10, 8, 7];
const row = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!)))
    .join('  ');

/** What is told of the run that trains: one JSON line an event, or a table line an epoch above a live bar. */
export interface RunDisplay {
  /** `place`: such as `2/4`, the run's place in the queue. */
  hear(runId: string, event: WorkerEvent, place: string, queueSeconds: number | null): void;
}

export class JsonDisplay implements RunDisplay {
  hear(runId: string, event: WorkerEvent): void {
    if (event.type !== 'done' && event.type !== 'failed') printJson({ ...event, runId });
  }
}

export class TerminalDisplay implements RunDisplay {
  readonly #status: StatusLine;
  #epochs = 0;
  #last: EpochLog | null = null;

  constructor(status: StatusLine) {
    this.#status = status;
  }

  hear(_runId: string, event: WorkerEvent, place: string, queueSeconds: number | null): void {
    const status = this.#status;
    switch (event.type) {
      case 'run-started':
        this.#begin(event.header, place);
        break;
      case 'step': {
        const share = event.step / Math.max(1, event.totalSteps);
        status.show(() =>
          [
            `[${place}] epoch ${event.epoch}/${this.#epochs} ${formatBar(share, BAR)} ${Math.floor(share * 100)}%`,
            `loss ${formatLoss(event.loss)}`,
            ...(this.#last === null
              ? []
              : [`error ${this.#last.targets.map(({ errorRate }) => formatRate(errorRate)).join(' ')}`]),
            `${event.imagesPerSecond.toFixed(0)} images/s`,
            ...(event.etaSeconds === null ? [] : [`run ${formatDuration(event.etaSeconds)} left`]),
            ...(queueSeconds === null ? [] : [`queue ${formatDuration(queueSeconds)} left`]),
          ].join('  '),
        );
        break;
      }
      case 'epoch':
        this.#last = event.log;
        status.print([epochRow(event.log), ...targetRows(event.log)].join('\n'));
        break;
      case 'progress':
        status.show(() => `[${place}] ${progressText(event)}`);
        break;
      case 'warning':
        status.print(pc.yellow(`Note: ${event.message}`));
        break;
    }
  }

  #begin(header: RunHeader, place: string): void {
    const { config, counts, microBatch, parameters, weights } = header;
    this.#epochs = config.epochs + config.frozenEpochs;
    this.#last = null;
    const pictures = [`${counts.train} to train`, `${counts.valid} to validate`];
    if (counts.holdout > 0) pictures.push(`${counts.holdout} held out`);
    if (counts.test > 0) pictures.push(`${counts.test} to predict`);
    this.#status.print(
      [
        `\n${pc.bold(`[${place}] ${header.name}`)}  ${pc.dim(header.id)}`,
        `${pictures.join(', ')}; batch ${config.batchSize} = ${microBatch} × ${config.accum}; ` +
          `${(parameters / 1e6).toFixed(1)} M parameters, weights ${weights.source}; seed ${config.seed}`,
        pc.bold(row(['epoch', 'train_loss', 'valid_loss', 'error_rate', 'images/s', 'time'])),
      ].join('\n'),
    );
  }
}

/** A line of the table, as fastai shows an epoch. */
function epochRow(log: EpochLog): string {
  return row([
    `${log.epoch}${log.phase === 'frozen' ? ' frozen' : ''}`,
    formatLoss(log.trainLoss, 6),
    formatLoss(log.validLoss, 6),
    formatLoss(log.errorRate, 6),
    log.imagesPerSecond.toFixed(0),
    formatDuration(log.trainSeconds + log.validSeconds),
  ]);
}

/** A line each of several targets, under the epoch's; the first column says which, errors are validation's and training's. */
function targetRows({ targets }: EpochLog): string[] {
  if (targets.length < 2) return [];
  return targets.map(({ name, trainLoss, validLoss, errorRate, trainErrorRate }) => {
    const training = trainErrorRate == null ? '' : `  (training ${formatLoss(trainErrorRate, 6)})`;
    const cells = ['', formatLoss(trainLoss, 6), formatLoss(validLoss, 6), formatLoss(errorRate, 6)];
    return pc.dim(`${row(cells)}  ${name}${training}`);
  });
}

/** `decoding pictures ━━━╌╌ 230 of 703 pictures, 140/s`. */
export function progressText(event: Extract<WorkerEvent, { type: 'progress' }>): string {
  const { stage, done, total, unit, perSecond } = event;
  const bar = total === null || total === 0 ? '' : ` ${formatBar(done / total, BAR)}`;
  const amount = (value: number): string => (unit === 'bytes' ? formatBytes(value) : `${value.toFixed(0)}`);
  const things = unit === 'bytes' ? '' : ` ${unit}`;
  const count = total === null ? `${amount(done)}${things}` : `${amount(done)} of ${amount(total)}${things}`;
  const rate = perSecond === null ? '' : `, ${amount(perSecond)}/s`;
  return `${stage}${bar} ${count}${rate}`;
}
