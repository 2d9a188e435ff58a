import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { formatImageSize } from '../../../shared/image-size.ts';
import { type RunConfig, runConfigSchema } from '../../../shared/records/run-config.ts';
import type { EpochLog, RunHeader, RunSummary } from '../../../shared/records/run-record.ts';
import { precisionNote } from '../../../shared/records/precision.ts';
import { formatMb } from '../../../shared/memory.ts';
import { attemptEnd, attemptFrom } from '../../../shared/run-table/run-memory.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { workspacePath } from '../../files/paths.ts';
import { readRatingsRun } from '../../runs/ratings-runs.ts';
import { readAttempts } from '../../runs/attempts-file.ts';
import { readRun, resolveRunId } from '../../runs/run-store.ts';
import { runFolder } from '../../runs/run-writer.ts';
import { formatDuration, formatLoss, formatRate, formatTable, printable } from '../format.ts';
import { printJson } from '../output.ts';
import { describeRatingsRun } from '../ratings-runs.ts';

/** `granary show RUN`: one run's settings, epochs and figures. */
export function register(program: Command): void {
  program
    .command('show')
    .description("Show one run: its settings, epochs and figures, and why it ended if it didn't finish.")
    .argument('<run>', 'id, or a beginning or the end of it that no other run shares')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  $ granary show k3x9\n  $ granary show 20261123-2115 --json')
    .action(async (text: string, flags: { workspace?: string; json?: boolean }) => {
      const workspace = workspacePath(flags.workspace);
      const id = await resolveRunId(workspace, text);
      const ratings = readRatingsRun(workspace, id);
      if (ratings !== null) {
        if (flags.json === true) printJson({ ...ratings, folder: join(workspace, layout.runs, id) });
        else process.stdout.write(`${describeRatingsRun(ratings, workspace)}\n`);
        return;
      }
      const run = await readRun(workspace, id);
      if (flags.json === true) printJson({ ...run, folder: join(workspace, layout.runs, run.id) });
      else process.stdout.write(`${describe(run, workspace)}\n`);
    });
}

function describe(run: RunSummary, workspace: string): string {
  const { header, epochs, result } = run;
  const parts = [
    `${pc.bold(printable(header?.name ?? run.id))}  ${run.state}`,
    join(workspace, layout.runs, run.id),
  ];
  if (run.problem !== null) parts.push(pc.red(run.problem));
  if (header !== null) parts.push('', ...settings(header));
  if (epochs.length > 0) parts.push('', ...epochTable(epochs));
  if (result?.status === 'finished') {
    const rows = (['valid', 'holdout'] as const).flatMap((set) =>
      result[set].map((figures) => [
        `${set === 'valid' ? 'validation' : 'hold-out'}, ${figures.target}`,
        String(figures.images),
        formatLoss(figures.loss),
        formatRate(figures.errorRate),
        formatLoss(figures.ttaLoss),
        formatRate(figures.ttaErrorRate),
      ]),
    );
    const together = result.exactMatch;
    for (const set of ['valid', 'holdout'] as const) {
      const match = together?.[set];
      if (match == null) continue;
      const { images, errorRate, ttaErrorRate } = match;
      const name = `${set === 'valid' ? 'validation' : 'hold-out'}, all right`;
      rows.push([name, String(images), '', formatRate(errorRate), '', formatRate(ttaErrorRate)]);
    }
    parts.push('', ...formatTable(['pictures', 'count', 'loss', 'error', 'TTA loss', 'TTA error'], rows));
    parts.push(
      '',
      `best epoch ${result.best.epoch} (${formatRate(result.best.errorRate)}), ${formatDuration(result.seconds)}, peak memory ${formatMb(result.peakRssMb)}${result.peakCardMb == null ? '' : ` and ${formatMb(result.peakCardMb)} of the card`}, ${result.compiledSteps} compiled steps`,
    );
  } else if (result !== null) {
    parts.push('', pc.red(`${result.error.code}: ${result.error.message}`));
    if (result.error.fix !== undefined) parts.push(result.error.fix);
  }
  const attempts = readAttempts(runFolder(workspace, run.id));
  if (attempts.length > 1)
    parts.push(
      '',
      ...attempts.map(
        (attempt) =>
          `process ${attempt.number}: ${attempt.microBatch} × ${attempt.accum}${attempt.checkpointing === true ? ' with checkpointing' : ''}, began ${attemptFrom(attempt)} (${attempt.reason})` +
          `${attempt.peakRssMb === null ? '' : `, peak ${formatMb(attempt.peakRssMb)}`}; ${attemptEnd(attempt) ?? 'no end is known'}`,
      ),
    );
  if (run.state === 'interrupted')
    parts.push(
      '',
      `It was cut off. Go on from its last checkpoint with \`granary train --resume ${run.id}\`.`,
    );
  return parts.join('\n');
}

/** A row an epoch; of several targets a row each below it, with the error rate on the pictures that were learnt from. */
function epochTable(epochs: readonly EpochLog[]): string[] {
  const several = epochs.some(({ targets }) => targets.length > 1);
  const rows = epochs.flatMap((epoch) => {
    const { phase, trainLoss, validLoss, errorRate, imagesPerSecond, trainSeconds, validSeconds } = epoch;
    const of = (log: EpochLog['targets'][number]): string[] => [
      `  ${log.name}`,
      formatLoss(log.trainLoss, 6),
      formatLoss(log.validLoss, 6),
      formatLoss(log.trainErrorRate, 6),
      formatLoss(log.errorRate, 6),
      '',
      '',
    ];
    const row = [
      `${epoch.epoch}${phase === 'frozen' ? ' frozen' : ''}`,
      formatLoss(trainLoss, 6),
      formatLoss(validLoss, 6),
      several ? '' : formatLoss(epoch.targets[0]!.trainErrorRate, 6),
      several ? '' : formatLoss(errorRate, 6),
      imagesPerSecond.toFixed(0),
      formatDuration(trainSeconds + validSeconds),
    ];
    return several ? [row, ...epoch.targets.map(of)] : [row];
  });
  return formatTable(
    ['epoch', 'train_loss', 'valid_loss', 'train_error', 'error_rate', 'images/s', 'time'],
    rows,
  );
}

function settings(header: RunHeader): string[] {
  const { config, counts } = header;
  const rows: [string, string][] = [
    ['dataset', `${header.datasetName} (${config.dataset})`],
    [
      'pictures',
      `${counts.train} to train, ${counts.valid} to validate, ${counts.holdout} held out, ${counts.test} to predict`,
    ],
    [
      'targets',
      header.targets
        .map(({ name, classes }, t) => {
          const weight = config.targetWeights?.[t] ?? 1;
          return `${name} (${classes.length} classes${weight === 1 ? '' : `, weight ${weight}`})`;
        })
        .join(', '),
    ],
    [
      'model',
      `${config.arch}, ${(header.parameters / 1e6).toFixed(1)} M parameters, weights ${header.weights.source}`,
    ],
    [
      'pixels',
      `${config.resize} to ${formatImageSize(config.presize ?? config.size)}, trained at ${formatImageSize(config.size)}`,
    ],
    [
      'batch',
      `${config.batchSize} = ${header.microBatch} × ${config.accum}${precisionNote(config.precision)}, ${header.stepsPerEpoch} steps an epoch`,
    ],
    ...(header.memory === undefined ? [] : [['memory', header.memory.reason] as [string, string]]),
    ['seed', String(config.seed)],
    ['differs', differing(config) || 'nothing: all defaults'],
    [
      'device',
      `${header.device}, TensorFlow ${header.versions.tensorflow}, Granary ${header.versions.granary}`,
    ],
  ];
  return [
    ...rows.map(([name, value]) => `${pc.dim(name.padEnd(9))}${value}`),
    ...header.warnings.map((warning) => pc.yellow(`Note: ${printable(warning)}`)),
  ];
}

/** Settings that are not the documented defaults, apart from what names the run. */
function differing(config: RunConfig): string {
  const { dataset, arch, size, seed } = config;
  const defaults = runConfigSchema.parse({ dataset, arch, size, seed });
  const named = ['dataset', 'arch', 'size', 'presize', 'resize', 'seed', 'datasetOptions', 'autoAccum'];
  return (Object.keys(config) as (keyof RunConfig)[])
    .filter((key) => !named.includes(key) && JSON.stringify(config[key]) !== JSON.stringify(defaults[key]))
    .map((key) => `${key} ${JSON.stringify(config[key])}`)
    .join(', ');
}
