import { resolve } from 'node:path';
import type { Command } from 'commander';
import { startJob } from '../../scheduler/supervisor.ts';
import { printJson } from '../output.ts';

interface Options {
  arch: string;
  size: string;
  weights: string;
  input: string;
  output: string;
  json?: boolean;
}

const paths = (options: Options) => ({
  arch: options.arch,
  size: options.size,
  weights: resolve(options.weights),
  input: resolve(options.input),
  output: resolve(options.output),
});

function withFlags(command: Command, input: string, output: string): Command {
  return command
    .requiredOption('--arch <id>', "architecture, by timm's id, such as convnext_tiny")
    .requiredOption('--size <size>', 'S or HEIGHTxWIDTH of the pictures in the input')
    .requiredOption('--weights <file>', "safetensors under timm's names; the number of classes is theirs")
    .requiredOption('--input <file>', `safetensors with ${input}`)
    .requiredOption('--output <file>', `safetensors to write: ${output}`)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `\nExample:\n  $ granary model ${command.name()} --arch resnet18 --size 224 --weights w.safetensors \\\n` +
        '      --input x.safetensors --output y.safetensors',
    );
}

/** `granary model forward` and `grad`: run a network on tensors, so that anyone can compare it with timm. */
export function register(program: Command): void {
  const model = program.command('model').description('Run a network on tensors, to compare it with timm.');
  const x = '"x" (float32 [n, 3, height, width], normalised)';
  withFlags(
    model.command('forward').description('Logits of the pictures in a file, in evaluation mode.'),
    x,
    '"logits" [n, classes]',
  ).action(async (options: Options) => {
    const result = await startJob({ type: 'model-forward', ...paths(options) }).result;
    if (options.json === true) printJson(result);
    else process.stdout.write(`Logits [${result.shape.join(', ')}] → ${result.output}\n`);
  });
  withFlags(
    model
      .command('grad')
      .description("Every parameter's gradient of the mean cross-entropy, in evaluation mode."),
    `${x} and "y" (int64 [n], labels from 0)`,
    'each gradient under its parameter\'s name, and "loss"',
  ).action(async (options: Options) => {
    const result = await startJob({ type: 'model-grad', ...paths(options) }).result;
    if (options.json === true) printJson(result);
    else
      process.stdout.write(
        `Loss ${result.loss.toFixed(6)}, ${result.parameters} gradients → ${result.output}\n`,
      );
  });
}
