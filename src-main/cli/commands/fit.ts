import type { Command } from 'commander';
import pc from 'picocolors';
import { architecture, checkSize } from '../../../shared/architectures/index.ts';
import { GranaryError } from '../../../shared/errors.ts';
import { formatImageSize, parseImageSize } from '../../../shared/image-size.ts';
import { formatMb } from '../../../shared/memory.ts';
import type { Manifest } from '../../../shared/records/dataset.ts';
import type { Precision } from '../../../shared/records/precision.ts';
import { workspacePath } from '../../files/paths.ts';
import { parseMb } from '../../scheduler/memory/amount.ts';
import { cardByName, slowHalfCard } from '../../scheduler/memory/cards-table.ts';
import { type PlanningDevice, deviceOf } from '../../scheduler/memory/device.ts';
import type { FitConfig, FitOptions } from '../../scheduler/memory/fit-options.ts';
import { classCounts } from '../../scheduler/memory/fit-questions.ts';
import { type Fit, MemoryFit } from '../../scheduler/memory/fit.ts';
import { changesToFit, fitsWith, refusalOf } from '../../scheduler/memory/refusal.ts';
import { MemoryMonitor } from '../../scheduler/memory/monitor.ts';
import { marginOf } from '../../scheduler/workspace-settings.ts';
import { slowHalfWarning } from '../../files/processor-flags.ts';
import { checkTargets } from '../../scheduler/grid.ts';
import { formatTable, howOf } from '../format.ts';
import { printJson } from '../output.ts';
import { precisionOption } from '../precision-flag.ts';
import { StatusLine } from '../progress.ts';
import { collect, integer, list } from '../run-flags.ts';
import { runWorkerJob } from '../worker-job.ts';

interface Flags {
  classes?: number;
  arch?: string[];
  size?: string[];
  batchSize: number;
  checkpointing?: boolean;
  precision?: Precision;
  target?: string[];
  memory?: string;
  card?: string;
  margin?: string;
  probe: boolean;
  workspace?: string;
  json?: boolean;
}

/** What is answered for when no architecture is named: one of each family, of the size that a card at home is asked about. */
const USUAL = [
  ...['tf_efficientnet_lite0', 'resnet50', 'convnext_small', 'vit_small_patch16_224'],
  ...['swin_tiny_patch4_window7_224', 'swinv2_tiny_window8_256'],
];
/** Classes where nothing tells: they decide the last layer alone. */
const SOME_CLASSES = 10;

/** `granary fit`: how architectures fit the memory, before anything is queued. */
export function register(program: Command): void {
  program
    .command('fit')
    .description(
      'Say which accumulation fits each architecture into memory: predicted from its graph, then tried for a few steps.',
    )
    .argument('[dataset]', 'folder of the dataset; a few pictures of its smallest class are trained on')
    .option(
      '--classes <n>',
      'number of classes, where there is no dataset yet (with --card: 10)',
      integer('--classes'),
    )
    .option('--arch <ids>', "timm's ids, separated by commas (default: one of each family)", list)
    .option(
      '--size <sizes>',
      'training sizes, separated by commas: 128,320x240 (height first; default: the architecture’s own)',
      list,
    )
    .option('--batch-size <n>', 'effective batch: micro-batch × accumulation', integer('--batch-size'), 64)
    .option('--checkpointing', 'less memory for more time, from the beginning')
    .addOption(precisionOption())
    .option('--target <column>', 'column to plan for; repeat it for several that train together', collect)
    .option('--memory <amount>', 'plan for this much free memory instead of what is free now, such as 8GB')
    .option('--card <name>', 'answer for a card that this machine need not have, such as "RTX 3060 12GB"')
    .option(
      '--margin <text>',
      'what is left free: a share, an amount, or both (default: what `granary settings` says, else 6%,300MB)',
    )
    .option('--no-probe', 'predict only; nothing is trained')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary fit data/paddy --arch convnext_small,vit_small_patch16_224 --size 224
  $ granary fit data/paddy --arch resnet26d --size 128 --target label --target variety
  $ granary fit --classes 10 --arch convnext_large --size 320x240 --memory 8GB
  $ granary fit --card "RTX 3060 12GB"
  $ granary fit --classes 10 --arch swin_large_patch4_window7_224 --size 224 --card "RTX 3060 12GB"`,
    )
    .action(fit);
}

async function fit(dataset: string | undefined, flags: Flags): Promise<void> {
  const json = flags.json === true;
  const workspace = workspacePath(flags.workspace);
  if (dataset === undefined && flags.classes === undefined && flags.card === undefined)
    throw new GranaryError(
      'USAGE',
      'Neither a dataset nor --classes was given.',
      'For example: granary fit --classes 10 --arch convnext_tiny --size 224',
    );
  if (flags.card !== undefined && flags.memory !== undefined)
    throw new GranaryError('USAGE', '--card and --memory cannot be given together.', 'Give one of them.');
  if (flags.target !== undefined && dataset === undefined)
    throw new GranaryError(
      'USAGE',
      '--target names columns of a dataset, and none was given.',
      'For example: granary fit data/paddy --target label --target variety',
    );
  if (flags.classes !== undefined && dataset !== undefined)
    throw new GranaryError(
      'USAGE',
      'A dataset has its own classes: --classes is for where there is none yet.',
      'Leave out one of them.',
    );
  if (flags.batchSize < 1 || (flags.classes ?? 1) < 1)
    throw new GranaryError(
      'USAGE',
      '--batch-size and --classes need whole numbers from 1.',
      'For example: --batch-size 64',
    );
  const margin = marginOf(workspace, flags.margin);
  const combinations = (flags.arch ?? USUAL).flatMap((arch) => {
    const info = architecture(arch);
    const sizes = flags.size?.map(parseImageSize) ?? [info.defaultSize];
    return sizes.map((size) => {
      checkSize(info, size);
      return { arch, size };
    });
  });
  const device = await chooseDevice(flags);
  const classes =
    dataset === undefined
      ? [flags.classes ?? SOME_CLASSES]
      : await classesOf(dataset, flags.target ?? [], workspace, json);
  const memoryFit = new MemoryFit();
  const status = new StatusLine(!json);
  const stop = (): void => memoryFit.stop();
  process.once('SIGINT', stop);
  try {
    const configs = combinations.map(({ arch, size }): FitConfig => ({
      ...{ arch, size, batchSize: flags.batchSize, accum: 1, autoAccum: true },
      checkpointing: flags.checkpointing === true,
      precision: flags.precision ?? 'float32',
      ...(dataset === undefined ? {} : { dataset }),
    }));
    const around = { device, margin, workspace, classes };
    // One worker predicts all that is not known yet.
    status.show(() => `predicting ${configs.length === 1 ? configs[0]!.arch : `${configs.length} networks`}`);
    const answers = await memoryFit.fitOf(configs, { ...around, probe: 'never' });
    const rows: Row[] = [];
    for (const [i, config] of configs.entries()) {
      status.show(() => `${config.arch} ${formatImageSize(config.size)}  (${i + 1}/${configs.length})`);
      let answer = answers[i]!;
      if (flags.probe && flags.card === undefined)
        answer = (await memoryFit.fitOf([config], { ...around, probe: 'always' }))[0]!;
      const fix = answer.plan.fits ? null : await nearestThatFits(memoryFit, config, answer, around);
      rows.push({ ...answer, config, fix });
    }
    status.clear();
    const { precision } = configs[0]!;
    const slow =
      slowHalfWarning(precision, device.kind === 'card') ??
      (flags.card === undefined ? null : slowHalfCard(precision, device.name));
    report(rows, { estimate: flags.card !== undefined, warnings: slow === null ? [] : [slow] }, json);
  } finally {
    status.clear();
    process.off('SIGINT', stop);
  }
}

/** An answer, and what to choose instead where it does not fit. */
type Row = Fit & { config: FitConfig; fix: string | null };

/** The nearest that is predicted to fit, in words. */
async function nearestThatFits(
  memoryFit: MemoryFit,
  config: FitConfig,
  { plan }: Fit,
  around: Omit<FitOptions, 'probe'>,
): Promise<string> {
  const changes = changesToFit(config, around.device);
  const smaller = changes.map((change) => ({ ...config, ...change }));
  const answers = await memoryFit.fitOf(smaller, { ...around, probe: 'never' });
  const found = answers.findIndex((answer, i) => fitsWith(changes[i]!, answer.plan, plan, around.device));
  return refusalOf(config, plan, changes[found] ?? null).fix;
}

/** What is planned for: a card of the table, an amount, or what is free on this machine now. */
async function chooseDevice({ card, memory }: Flags): Promise<PlanningDevice> {
  if (card !== undefined) return { ...cardByName(card), driver: null };
  const monitor = new MemoryMonitor();
  try {
    const device = deviceOf(await monitor.read());
    if (memory === undefined) return device;
    const mb = parseMb('--memory', memory);
    return { ...device, totalMb: Math.max(device.totalMb, mb), freeMb: mb };
  } finally {
    monitor.stop();
  }
}

async function classesOf(
  dataset: string,
  targets: readonly string[],
  workspace: string,
  json: boolean,
): Promise<number[]> {
  const job = { type: 'inspect', dataset, options: {}, workspace } as const;
  const { manifest }: { manifest: Manifest } = await runWorkerJob(job, json);
  return classCounts(manifest, checkTargets(targets, { manifest }));
}

function report(
  rows: readonly Row[],
  { estimate, warnings }: { estimate: boolean; warnings: readonly string[] },
  json: boolean,
): void {
  if (json) {
    printJson({
      ...{ estimate, warnings },
      runs: rows.map(({ plan, config, imagesPerSecond, held, fix }) => ({
        ...{ arch: config.arch, size: formatImageSize(config.size), batch_size: plan.batchSize },
        ...{
          micro_batch: plan.microBatch,
          accum: plan.accum,
          checkpointing: plan.checkpointing,
          precision: config.precision,
          fits: plan.fits,
        },
        ...{ predicted_mb: Math.round(plan.predictedMb), probed_mb: rounded(plan.probedMb) },
        ...{
          margin_mb: Math.round(plan.marginMb),
          free_mb: Math.round(plan.device.freeMb),
          device: plan.device.name,
        },
        ...{ images_per_second: imagesPerSecond, reason: plan.reason, fix, memory_held: held },
      })),
    });
    return;
  }
  const lines = formatTable(
    ['architecture', 'size', 'micro-batch × accum', 'predicted', 'probed', 'free', 'margin', 'images/s'],
    rows.map(({ plan, config, imagesPerSecond }) => [
      config.arch,
      formatImageSize(config.size),
      plan.fits ? howOf(plan, config.precision) : 'does not fit',
      formatMb(plan.predictedMb),
      plan.probedMb === null ? '–' : formatMb(plan.probedMb),
      formatMb(plan.device.freeMb),
      formatMb(plan.marginMb),
      imagesPerSecond === null ? '–' : imagesPerSecond.toFixed(1),
    ]),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const { plan, config, fix } of rows)
    if (fix !== null)
      process.stdout.write(`\n${config.arch} ${formatImageSize(config.size)}: ${plan.reason} ${fix}\n`);
  for (const { held, config } of rows)
    if (held !== null)
      process.stdout.write(`\n${pc.yellow(`${config.arch} ${formatImageSize(config.size)}:`)} ${held}\n`);
  for (const warning of warnings) process.stdout.write(`\n${pc.yellow(`Note: ${warning}`)}\n`);
  if (estimate) process.stdout.write('\nAn estimate, not measured on that card.\n');
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value));
