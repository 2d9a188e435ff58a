import { Command, CommanderError } from 'commander';
import { granaryVersion } from '../files/version.ts';
import { commands } from './commands/index.ts';
import { printJson, reportFailure } from './output.ts';

const json = process.argv.includes('--json');

// `granary runs | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('granary')
  .description('From a folder of pictures to an ensemble, without a training script.')
  .version(granaryVersion)
  // What follows a subcommand is the subcommand's, also where its own subcommands have flags of the same names.
  .enablePositionalOptions()
  .showHelpAfterError('Run with --help for the flags and examples.')
  // Commands made later inherit both: usage errors come here instead of ending the process.
  .exitOverride()
  .configureOutput({ writeErr: (text) => void (json || process.stderr.write(text)) });

for (const register of commands) register(program);

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof CommanderError)) {
    reportFailure(error, json);
  } else if (error.exitCode !== 0) {
    // Commander has told a person already.
    if (json) printJson({ type: 'error', code: 'USAGE', message: error.message.replace(/^error: /, '') });
    process.exitCode = error.exitCode;
  }
});
