import type { Command } from 'commander';
import { formatMb } from '../../../shared/memory.ts';
import type { MachineReading } from '../../../shared/machine.ts';
import { readInventory } from '../../scheduler/memory/inventory.ts';
import { MemoryMonitor } from '../../scheduler/memory/monitor.ts';
import { printJson } from '../output.ts';

/** `granary monitor`: the memory of this machine and its cards, once or as it changes. */
export function register(program: Command): void {
  program
    .command('monitor')
    .description('Show the memory of this machine and its cards, and which programs hold it.')
    .option('--watch', 'go on, once a second, until Ctrl-C')
    .option('--json', 'print one JSON object a reading')
    .addHelpText(
      'after',
      '\nExamples:\n  $ granary monitor\n  $ granary monitor --watch --json\n\ndocs/memory.md says what each figure means.',
    )
    .action(async ({ watch, json }: { watch?: boolean; json?: boolean }) => {
      const monitor = new MemoryMonitor();
      const show = (reading: MachineReading): void => {
        if (json === true) printJson(reading);
        else process.stdout.write(`${describe(reading).join('\n')}\n`);
      };
      try {
        if (json !== true) process.stdout.write(`${(await readInventory()).join('\n')}\n`);
        show(await monitor.read());
        if (watch !== true) return;
        monitor.on('reading', show);
        await new Promise<void>((resolve) => {
          // Its timers alone would not keep the command running.
          const alive = setInterval(() => undefined, 60_000);
          process.once('SIGINT', () => {
            clearInterval(alive);
            resolve();
          });
        });
      } finally {
        monitor.stop();
      }
    });
}

function describe({ memory, cards, problem }: MachineReading): string[] {
  const bound = memory.bound === 'system' ? '' : ` (bounded by a ${memory.bound})`;
  const amount = (mb: number | null): string => (mb === null ? '?' : formatMb(mb));
  return [
    `Main memory   ${amount(memory.freeMb)} of ${amount(memory.totalMb)} free${bound}`,
    ...cards.flatMap((card) => [
      [
        `Card ${card.index}        ${card.name}: ${amount(card.freeMb)} of ${amount(card.totalMb)} free`,
        ...(card.utilization === null ? [] : [`${Math.round(100 * card.utilization)}% busy`]),
        ...(card.temperatureC === null ? [] : [`${card.temperatureC} °C`]),
        ...(card.powerW === null ? [] : [`${card.powerW} W`]),
      ].join(', '),
      ...card.processes.map(({ pid, name, usedMb }) => `              ${amount(usedMb)} by ${name} (${pid})`),
    ]),
    ...(problem === null ? [] : [problem]),
  ];
}
