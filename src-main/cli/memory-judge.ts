import pc from 'picocolors';
import { formatMb } from '../../shared/memory.ts';
import { type RunFit, fitLevel } from '../../shared/records/memory-fit.ts';
import { neededMb } from '../../shared/records/memory-plan.ts';
import { secondsOf } from '../scheduler/queue-eta.ts';
import type { InvalidRun, PlannedRun } from '../scheduler/grid.ts';
import { measuredRuns } from '../scheduler/measured-runs.ts';
import { MemoryFit } from '../scheduler/memory/fit.ts';
import { RunJudge, withoutHopeless } from '../scheduler/memory/run-judge.ts';
import type { WorkbenchOptions } from '../scheduler/workbench.ts';
import { formatDuration, formatTable, howOf } from './format.ts';
import { printJson } from './output.ts';
import type { StatusLine } from './progress.ts';

/**
 * Judges runs before they are queued, after predicting in a worker what is not known of them yet, and prints how each will fit.
 * Runs that cannot fit are told apart, with the nearest that does.
 */
export function memoryJudge(
  { workspace, json, showPlan = false }: { workspace: string; json: boolean; showPlan?: boolean },
  status: StatusLine,
): NonNullable<WorkbenchOptions['judge']> {
  return async (runs) => {
    const fit = new MemoryFit();
    const stop = (): void => fit.stop();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      const fits = await new RunJudge({ workspace, fit }).measured(runs, (done, total) =>
        status.show(() => `predicting memory: ${done} of ${total} networks`),
      );
      status.clear();
      const judged = withoutHopeless(runs, fits);
      if (showPlan) await print(judged, fits, workspace, json);
      return judged;
    } finally {
      status.clear();
      process.off('SIGINT', stop).off('SIGTERM', stop);
    }
  };
}

async function print(
  runs: readonly (PlannedRun | InvalidRun)[],
  fits: readonly (RunFit | null)[],
  workspace: string,
  json: boolean,
): Promise<void> {
  const measured = await measuredRuns(workspace);
  const rows = runs.map((run, i) => {
    const fit = fits[i] ?? null;
    const error = 'error' in run ? run.error : null;
    const seconds = error === null ? secondsOf(run, measured) : null;
    return { name: run.name, precision: run.config.precision, fit, error, seconds };
  });
  const times = rows.filter(({ error }) => error === null).map(({ seconds }) => seconds);
  const total = times.includes(null) ? null : times.reduce<number>((sum, one) => sum + one!, 0);
  if (json) {
    printJson({
      type: 'plan',
      seconds: total,
      runs: rows.map(({ name, precision, fit, error, seconds }) => ({
        ...{ name, seconds, problem: error?.message ?? null, fix: error?.fix ?? null },
        precision,
        memory: fit === null ? null : jsonOf(fit),
      })),
    });
    return;
  }
  const lines = formatTable(
    ['run', 'micro-batch × accum', 'memory', 'margin', 'time', 'fits'],
    rows.map(({ name, precision, fit, error, seconds }) => [
      name,
      fit === null ? '–' : howOf(fit.plan, precision),
      fit === null ? '–' : `${formatMb(neededMb(fit.plan))} of ${formatMb(fit.plan.device.freeMb)}`,
      fit === null ? '–' : formatMb(fit.plan.marginMb),
      seconds === null ? '–' : formatDuration(seconds),
      error !== null ? 'not run' : fit === null ? 'not known' : words(fit),
    ]),
    ['fits'],
  );
  process.stdout.write(`${pc.bold(lines[0]!)}\n${lines.slice(1).join('\n')}\n`);
  for (const { name, fit, error } of rows) {
    if (error !== null)
      process.stdout.write(`${pc.yellow(`${name} is not run:`)} ${error.message} ${error.fix ?? ''}\n`);
    else if (fit !== null && fit.state !== 'fits')
      process.stdout.write(`${pc.yellow(`${name}:`)} ${fit.plan.reason} ${fit.fix ?? ''}\n`);
  }
  if (rows.length > 1) process.stdout.write(`${summary(times.length, rows.length - times.length, total)}\n`);
}

/** `5 runs, and 1 that is not run. All of it: about 1:20:00.` */
function summary(runs: number, others: number, seconds: number | null): string {
  const count = `${runs} ${runs === 1 ? 'run' : 'runs'}${others === 0 ? '' : `, and ${others} that ${others === 1 ? 'is' : 'are'} not run`}.`;
  if (runs === 0) return count;
  return seconds === null
    ? `${count} How long they take is told once a run was measured in this workspace.`
    : `${count} All of it: about ${formatDuration(seconds)}.`;
}

function words(fit: RunFit): string {
  if (fit.state === 'waits') return 'waits for memory';
  if (fit.state === 'tight') return 'may not fit';
  return { whole: 'yes', accumulation: 'yes', checkpointing: 'with checkpointing', cannot: 'no' }[
    fitLevel(fit)
  ];
}

function jsonOf({ state, plan, fix }: RunFit): object {
  return {
    ...{ state, micro_batch: plan.microBatch, accum: plan.accum, checkpointing: plan.checkpointing },
    ...{ predicted_mb: Math.round(plan.predictedMb), probed_mb: plan.probedMb && Math.round(plan.probedMb) },
    ...{ free_mb: Math.round(plan.device.freeMb), margin_mb: Math.round(plan.marginMb) },
    ...{ reason: plan.reason, fix },
  };
}
