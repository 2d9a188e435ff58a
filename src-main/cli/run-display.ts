import pc from 'picocolors';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import { precisionNote } from '../../shared/records/precision.ts';
import type { Queue } from '../../shared/records/queue.ts';
import type { EpochLog, RunWeights } from '../../shared/records/run-record.ts';
import { ratingsHeading, ratingsRow } from './ratings-display.ts';
import { formatBar, formatBytes, formatDuration, formatLoss, formatRate, printable } from './format.ts';
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
  /** The queue has changed: what waits, and why, may be others now. */
  queue(queue: Queue): void;
}

export class JsonDisplay implements RunDisplay {
  #said = JSON.stringify({ type: 'queue-state', paused: null, waiting: [] });

  hear(runId: string, event: WorkerEvent): void {
    if (event.type === 'done' || event.type === 'failed') return;
    // Scripts find a recommender's figures at the top level, as `granary collab train` promises.
    if (event.type === 'ratings-epoch') printJson({ type: 'epoch', kind: 'ratings', runId, ...event.log });
    else if (event.type === 'ratings-started')
      printJson({ ...event, type: 'run-started', kind: 'ratings', runId });
    else printJson({ ...event, runId });
  }

  queue({ paused, items }: Queue): void {
    const waiting = items.flatMap(({ runId, waiting }) =>
      waiting === undefined ? [] : [{ runId, reason: waiting }],
    );
    const state = { type: 'queue-state', paused: paused?.reason ?? null, waiting };
    // Most changes are of other things; these two are what a reader waits for.
    const text = JSON.stringify(state);
    if (text === this.#said) return;
    this.#said = text;
    printJson(state);
  }
}

type Started = Extract<WorkerEvent, { type: 'run-started' }>;

/** What is remembered of a run that was heard of. */
interface Shown {
  epochs: number | null;
  last: EpochLog | null;
  title: string;
  unit: 'images' | 'ratings';
}

export class TerminalDisplay implements RunDisplay {
  readonly #status: StatusLine;
  /** Of each run that was heard of. */
  readonly #runs = new Map<string, Shown>();
  /** Whose lines were printed last: where several runs train at once a line tells when it changes. */
  #speaker: string | null = null;
  #reason: string | null = null;
  /** Runs with what they were warned of: a run that goes on in a new process says it again. */
  readonly #warned = new Set<string>();

  constructor(status: StatusLine) {
    this.#status = status;
  }

  hear(runId: string, event: WorkerEvent, place: string, queueSeconds: number | null): void {
    const status = this.#status;
    const run = this.#runOf(runId, place);
    switch (event.type) {
      case 'run-started':
        this.#begin(runId, event, place);
        break;
      case 'ratings-started': {
        const { header, resumed } = event;
        const title = `[${place}] ${header.name}`;
        this.#runs.set(runId, { epochs: header.config.epochs, last: null, title, unit: 'ratings' });
        this.#speaker = runId;
        status.print([...this.#opening(title, header.id, resumed), ...ratingsHeading(header)].join('\n'));
        break;
      }
      case 'step': {
        const share = event.step / Math.max(1, event.totalSteps);
        status.show(() =>
          [
            `[${place}] epoch ${event.epoch}/${run.epochs ?? '?'} ${formatBar(share, BAR)} ${Math.floor(share * 100)}%`,
            `loss ${formatLoss(event.loss)}`,
            ...(run.last === null
              ? []
              : [`error ${run.last.targets.map(({ errorRate }) => formatRate(errorRate)).join(' ')}`]),
            `${event.imagesPerSecond.toFixed(0)} ${run.unit}/s`,
            ...(event.etaSeconds === null ? [] : [`run ${formatDuration(event.etaSeconds)} left`]),
            ...(queueSeconds === null ? [] : [`queue ${formatDuration(queueSeconds)} left`]),
          ].join('  '),
        );
        break;
      }
      case 'epoch':
        run.last = event.log;
        this.#speak(runId, run.title);
        status.print([epochRow(event.log), ...targetRows(event.log)].join('\n'));
        break;
      case 'ratings-epoch':
        this.#speak(runId, run.title);
        status.print(ratingsRow(event.log));
        break;
      case 'progress':
        status.show(() => `[${place}] ${progressText(event)}`);
        break;
      case 'warning':
        if (this.#warned.has(`${runId} ${event.message}`)) break;
        this.#warned.add(`${runId} ${event.message}`);
        status.print(pc.yellow(`Note: ${printable(event.message)}`));
        break;
    }
  }

  queue({ paused, items }: Queue): void {
    const reason =
      paused === undefined ? (items.find(({ waiting }) => waiting)?.waiting ?? null) : paused.reason;
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason !== null) this.#status.print(pc.yellow(paused === undefined ? `Waiting: ${reason}` : reason));
  }

  #runOf(runId: string, place: string): Shown {
    const known = this.#runs.get(runId) ?? { epochs: null, last: null, title: `[${place}]`, unit: 'images' };
    this.#runs.set(runId, known);
    return known;
  }

  #speak(runId: string, title: string): void {
    if (this.#speaker !== null && this.#speaker !== runId) this.#status.print(pc.dim(title));
    this.#speaker = runId;
  }

  #opening(title: string, id: string, resumed: Started['resumed']): string[] {
    return [
      `\n${pc.bold(title)}  ${pc.dim(id)}`,
      ...(resumed == null ? [] : [`Goes on ${whereOf(resumed)}.`]),
    ];
  }

  #begin(runId: string, { header, resumed }: Started, place: string): void {
    const { config, counts, microBatch, parameters, weights } = header;
    const title = `[${place}] ${header.name}`;
    const epochs = config.epochs + config.frozenEpochs;
    this.#runs.set(runId, { epochs, last: null, title, unit: 'images' });
    this.#speaker = runId;
    const pictures = [`${counts.train} to train`, `${counts.valid} to validate`];
    if (counts.holdout > 0) pictures.push(`${counts.holdout} held out`);
    if (counts.test > 0) pictures.push(`${counts.test} to predict`);
    this.#status.print(
      [
        ...this.#opening(title, header.id, resumed),
        `${pictures.join(', ')}; batch ${config.batchSize} = ${microBatch} × ${config.accum}${precisionNote(config.precision)}; ` +
          `${(parameters / 1e6).toFixed(1)} M parameters, weights ${weightsText(weights)}; seed ${config.seed}`,
        ...(header.memory === undefined ? [] : [pc.dim(`Memory: ${header.memory.reason}`)]),
        pc.bold(row(['epoch', 'train_loss', 'valid_loss', 'error_rate', 'images/s', 'time'])),
      ].join('\n'),
    );
  }
}

/** `after epoch 3`, `after step 12 of epoch 4`. */
function whereOf({ epoch, windows }: { epoch: number; windows: number }): string {
  return windows === 0 ? `after epoch ${epoch}` : `after step ${windows} of epoch ${epoch + 1}`;
}

/** Where the weights came from, what starts afresh, and what of the file is not used. */
function weightsText({ source, missing, unexpected }: RunWeights): string {
  const fresh = missing.length === 0 ? '' : `, new head (${missing.join(', ')})`;
  const more = unexpected.length > 3 ? ` and ${unexpected.length - 3} more` : '';
  const unused = unexpected.length === 0 ? '' : `, not used: ${unexpected.slice(0, 3).join(', ')}${more}`;
  return `${source}${fresh}${unused}`;
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
