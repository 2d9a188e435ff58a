import { Command } from 'commander';
import { granaryVersion } from '../files/version.ts';
import { reportFailure } from './output.ts';
import { commands } from './commands/index.ts';

const program = new Command('granary')
  .description('From a folder of pictures to an ensemble, without a training script.')
  .version(granaryVersion)
  .showHelpAfterError('Run with --help for the flags and examples.');

for (const register of commands) register(program);

program.parseAsync().catch((error: unknown) => {
  reportFailure(error, process.argv.includes('--json'));
});
