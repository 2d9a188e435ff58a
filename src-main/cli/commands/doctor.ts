import type { Command } from 'commander';
import pc from 'picocolors';
import { type DoctorReport, examine } from '../doctor/examine.ts';
import { printJson } from '../output.ts';

/** `granary doctor`: what this machine has, what is missing, and how to get it. Fails when nothing could be trained. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('Show what this machine has and what is missing, with a tiny training step as proof.')
    .option('--workspace <dir>', 'the workspace whose disk is looked at')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  $ granary doctor\n  $ granary doctor --json > report.json')
    .action(async (options: { workspace?: string; json?: boolean }) => {
      const report = await examine(options.workspace);
      if (options.json === true) printJson(report);
      else process.stdout.write(`${describe(report)}\n`);
      if (report.problems.some((problem) => problem.blocks)) process.exitCode = 1;
    });
}

function describe(report: DoctorReport): string {
  const { system, processor, tensorflow, electron, nvidia, memory, disk, hub } = report;
  const rows: [string, string][] = [
    ['Granary', report.granary],
    ['Node', report.node],
    ['System', `${system.release}, ${system.platform} ${system.arch}${system.wsl ? ', inside WSL' : ''}`],
    ['Processor', `${processor.model}, ${processor.threads} threads`],
    [
      'TensorFlow',
      tensorflow === null
        ? 'missing'
        : `${tensorflow.version} (${tensorflow.variant ?? 'linked by hand'}), devices ${tensorflow.devices.join(', ')}; a tiny training step works`,
    ],
    ['CUDA', tensorflow?.cuda ?? 'not part of this TensorFlow'],
    ['Electron', electron === null ? 'missing' : `${electron.version} (${electron.path})`],
    [
      'NVIDIA driver',
      nvidia === null
        ? 'none'
        : `${nvidia.driver}${nvidia.cuda === null ? '' : `, up to CUDA ${nvidia.cuda}`}`,
    ],
    ...(nvidia?.cards ?? []).map((card, index): [string, string] => [
      `Card ${index}`,
      `${card.name}, ${card.freeMb} of ${card.totalMb} MiB free`,
    ]),
    ['Memory', `${gigabytes(memory.freeMb)} of ${gigabytes(memory.totalMb)} free`],
    ['Workspace', `${disk.workspace.folder}, ${gigabytes(disk.workspace.freeMb)} free`],
    ['Model hub', `${hub.endpoint}, ${hub.state}`],
    ['Cache', `${disk.cache.folder}, ${gigabytes(disk.cache.freeMb)} free`],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(14)}${value}`);
  if (report.problems.length === 0) return [...lines, '', pc.green('Nothing is missing.')].join('\n');
  const problems = report.problems.map(({ code, blocks, message, fix }) => {
    const head = blocks ? pc.red(code) : pc.yellow(code);
    return `${head}: ${message}\n  ${fix}`;
  });
  return [...lines, '', ...problems].join('\n');
}

function gigabytes(megabytes: number): string {
  return `${(megabytes / 1000).toFixed(1)} GB`;
}
