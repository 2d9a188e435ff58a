import type { Command } from 'commander';
import pc from 'picocolors';
import { GranaryError } from '../../../shared/errors.ts';
import { parseImageSize } from '../../../shared/image-size.ts';
import { startJob } from '../../scheduler/supervisor.ts';
import { type Precision, precisionNote } from '../../../shared/records/precision.ts';
import { slowHalfWarning } from '../../files/processor-flags.ts';
import { printJson } from '../output.ts';
import { precisionOption } from '../precision-flag.ts';

interface Options {
  arch: string;
  size: string;
  batch: string;
  steps: string;
  checkpointing?: boolean;
  precision?: Precision;
  json?: boolean;
}

/** The group of benchmarks; each registers itself below it. */
export function benchCommand(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === 'bench') ??
    program.command('bench').description('Measure this machine: training steps, reading pictures.')
  );
}

/** `granary bench step`: seconds and memory of a training step. */
export function register(program: Command): void {
  benchCommand(program)
    .command('step')
    .description('Time one training step (AdamW, ten classes, synthetic pictures) in a fresh process.')
    .requiredOption('--arch <id>', 'architecture, such as convnext_tiny')
    .option('--size <size>', 'S or HEIGHTxWIDTH', '224')
    .option('--batch <n>', 'pictures a step', '8')
    .option('--steps <n>', 'steps; the first does not count', '6')
    .option('--checkpointing', 'compute each block again in the backward pass, to keep less')
    .addOption(precisionOption())
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ granary bench step --arch convnext_tiny --size 224 --batch 8\n' +
        '  $ granary bench step --arch resnet26d --size 128 --batch 16 --steps 10 --json',
    )
    .action(async (options: Options) => {
      parseImageSize(options.size);
      const job = {
        type: 'bench-step',
        arch: options.arch,
        size: options.size,
        batch: wholeNumber('--batch', options.batch, 1),
        steps: wholeNumber('--steps', options.steps, 2),
        checkpointing: options.checkpointing === true,
        precision: options.precision ?? 'float32',
      } as const;
      const result = await startJob(job).result;
      const slow = slowHalfWarning(job.precision, result.peak_card_mb !== null);
      if (options.json === true) {
        printJson({ ...result, warnings: slow === null ? [] : [slow] });
        return;
      }
      const { arch, size, batch, checkpointing, precision } = result;
      process.stdout.write(
        `${arch}, ${size} px, batch ${batch}${checkpointing ? ', checkpointing' : ''}${precisionNote(precision)}: ${result.median_s.toFixed(3)} s a step ` +
          `(at best ${result.min_s.toFixed(3)} s), ${Math.round(result.peak_rss_mb)} MiB at most; ` +
          `recorded in ${Math.round(result.record_ms)} ms.\n`,
      );
      if (slow !== null) process.stdout.write(`${pc.yellow(`Note: ${slow}`)}\n`);
    });
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > 1_000_000) {
    throw new GranaryError(
      'USAGE',
      `${flag} is "${text}".`,
      `Give a whole number of at least ${least}, such as ${flag} 8.`,
    );
  }
  return value;
}
