import type { QueueOutcome } from '../../shared/ipc/views.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import type { DatasetOptions } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import { memoryGate } from '../scheduler/memory/gate.ts';
import { checkSomeValid, planGrid } from '../scheduler/grid.ts';
import { outcomeOf } from '../scheduler/queue-outcome.ts';
import { Workbench, type WorkbenchOptions } from '../scheduler/workbench.ts';
import { runOnFinish } from './on-finish.ts';
import { oldNameNotes, settleGridWeights } from '../scheduler/grid-weights.ts';
import { fetchAhead } from './fetch-ahead.ts';
import { StatusLine } from './progress.ts';
import { memoryJudge } from './memory-judge.ts';
import { JsonDisplay, type RunDisplay, TerminalDisplay, progressText } from './run-display.ts';
import { printJson, printNote } from './output.ts';

/** The exit code that shells give a program ended by Ctrl-C. */
const INTERRUPTED_EXIT_CODE = 130;

/** What `train` and `queue` are about to do. */
export interface TrainingRequest {
  workspace: string;
  /** What others are told holds the workspace. */
  command: string;
  json: boolean;
  /** What becomes of the runs after Ctrl-C: a queue is resumed, a single run is not. */
  stopAs: 'interrupted' | 'cancelled';
  /** Slots, and what to do when memory is short. */
  launch: WorkbenchOptions;
  /** A command to run when the queue has ended by itself. */
  onFinish?: string | undefined;
  /** Print how each run fits the memory before it is queued. */
  showPlan?: boolean;
  /** A grid on a dataset, or runs that the workbench knows already. */
  what: GridRequest | ((workbench: Workbench) => Promise<QueueItem[]>);
}

export interface GridRequest {
  dataset: string;
  options: DatasetOptions;
  grid: Grid;
}

/**
 * What is done before the workspace is waited for and the dataset read: a mistyped architecture must cost neither, and weights that
 * cannot be had are told while somebody is there to hear it.
 */
async function prepareGrid(what: GridRequest, { workspace, json }: TrainingRequest): Promise<void> {
  for (const message of oldNameNotes(what.grid)) printNote(message, json);
  const grid = await settleGridWeights(what.grid, workspace);
  const planned = planGrid(grid, { path: what.dataset, options: what.options, manifest: null });
  checkSomeValid(planned);
  await fetchAhead(
    planned.filter((run) => !('error' in run)),
    json,
  );
}

/**
 * Opens the workspace, queues, shows what happens until all is done, and lets the workspace go, however it ends.
 * The first Ctrl-C stops after the step, the second kills the worker; finished epochs stay in either case.
 * @returns the items that were queued, in their last state
 */
export async function trainQueue(request: TrainingRequest): Promise<QueueItem[]> {
  const { json, what } = request;
  if (typeof what !== 'function') await prepareGrid(what, request);
  const workbench = await Workbench.open(request.workspace, {
    ...request.launch,
    command: request.command,
    gate: memoryGate({ workspace: request.workspace }),
    judge: (runs) => judge(runs),
  });
  if (workbench.notice !== null) printNote(workbench.notice, json);
  const status = new StatusLine(!json);
  const judge = memoryJudge(request, status);
  const display: RunDisplay = json ? new JsonDisplay() : new TerminalDisplay(status);
  const reading = new AbortController();
  let signals = 0;
  const stop = (): void => workbench.stop(signals === 1 ? 'after-step' : 'now', request.stopAs);
  const interrupt = (): void => {
    signals += 1;
    process.exitCode = INTERRUPTED_EXIT_CODE;
    reading.abort();
    stop();
    if (!json && signals === 1)
      status.print(
        'Stopping after this step; finished epochs are kept. Ctrl-C again ends it at once.',
        process.stderr,
      );
  };
  const readAndQueue = async ({ dataset, options, grid }: GridRequest): Promise<QueueItem[]> => {
    const manifest = await workbench.inspect(
      dataset,
      options,
      (event) => (json ? printJson(event) : status.show(() => progressText(event))),
      reading.signal,
    );
    status.clear();
    return workbench.enqueue({ path: dataset, options, manifest }, grid);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  let outcome: QueueOutcome | null = null;
  try {
    let ids: string[] = [];
    workbench.on('worker-event', (runId, event) => {
      const order = workbench.queue.items.filter((item) => ids.length === 0 || ids.includes(item.runId));
      const place = `${order.findIndex((item) => item.runId === runId) + 1}/${order.length}`;
      display.hear(runId, event, place, workbench.etaSeconds());
    });
    workbench.on('queue-changed', () => display.queue(workbench.queue));
    const items = typeof what === 'function' ? await what(workbench) : await readAndQueue(what);
    ids = items.map((item) => item.runId);
    // The signal came while they were prepared, before there was anything to stop.
    if (signals > 0) stop();
    await workbench.whenDone();
    if (signals === 0) outcome = outcomeOf(workbench.queue);
    return workbench.queue.items.filter((item) => ids.includes(item.runId)).map((item) => ({ ...item }));
  } finally {
    status.clear();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await workbench.close();
    // The workspace is free by now, so that the command may use it.
    if (outcome !== null && request.onFinish !== undefined) {
      const problem = await runOnFinish(request.onFinish, workbench.workspace, outcome);
      if (problem !== null) process.stderr.write(`${problem}\n`);
    }
  }
}
