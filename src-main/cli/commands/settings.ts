import { type Command, Option } from 'commander';
import { join } from 'node:path';
import { formatMb } from '../../../shared/memory.ts';
import type { MemoryMargin } from '../../../shared/records/memory-plan.ts';
import type { WhenShort } from '../../../shared/records/workspace-settings.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { workspacePath } from '../../files/paths.ts';
import { parseMargin } from '../../scheduler/memory/amount.ts';
import {
  changeMemorySettings,
  marginOfEnvironment,
  readWorkspaceSettings,
} from '../../scheduler/workspace-settings.ts';
import { printJson } from '../output.ts';

interface Flags {
  margin?: string;
  whenShort?: WhenShort;
  workspace?: string;
  json?: boolean;
}

/** `granary settings`: how runs of a workspace use memory, for the command line and the app alike. */
export function register(program: Command): void {
  program
    .command('settings')
    .description(
      'Show or change how runs of a workspace use memory. The app and other terminals keep to it too.',
    )
    .option('--margin <text>', 'what is left free: a share, an amount, or both, such as 10%,500MB')
    .addOption(
      new Option('--when-short <what>', 'when the memory that a run needs is not free').choices([
        'wait',
        'replan',
      ]),
    )
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary settings
  $ granary settings --margin 10%,500MB --when-short wait

They are kept in the workspace (settings.json). A queue that trains looks at them before each launch. GRANARY_MEMORY_MARGIN and the
flags of \`queue\`, \`train\` and \`fit\` win.`,
    )
    .action((flags: Flags) => {
      const workspace = workspacePath(flags.workspace);
      const change = {
        ...(flags.margin === undefined ? {} : { margin: parseMargin(flags.margin) }),
        ...(flags.whenShort === undefined ? {} : { whenShort: flags.whenShort }),
      };
      const memory =
        Object.keys(change).length === 0
          ? readWorkspaceSettings(workspace).memory
          : changeMemorySettings(workspace, change);
      show(memory, join(workspace, layout.settings), flags.json === true);
    });
}

function show(
  { margin, whenShort }: { margin: MemoryMargin; whenShort: WhenShort },
  path: string,
  json: boolean,
): void {
  const environment = marginOfEnvironment();
  const plain = ({ share, leastMb }: MemoryMargin): object => ({ share, least_mb: leastMb });
  if (json) {
    printJson({
      ...{ margin: plain(margin), when_short: whenShort, path },
      environment_margin: environment === null ? null : plain(environment),
    });
    return;
  }
  const words = ({ share, leastMb }: MemoryMargin): string =>
    `${Number((100 * share).toFixed(2))} % of what is free, at least ${formatMb(leastMb)}`;
  const lines = [
    `Memory kept free   ${words(margin)}`,
    `When it is short   ${whenShort === 'wait' ? 'a run waits' : 'a run is planned anew, with a smaller micro-batch'}`,
    `Kept in            ${path}`,
    ...(environment === null ? [] : [`GRANARY_MEMORY_MARGIN wins: ${words(environment)}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
