import { Command, CommanderError } from 'commander';
import { packagedFolder } from '../files/packaged.ts';
import { granaryVersion } from '../files/version.ts';
import { hasDisplay } from './commands/app.ts';
import { commands } from './commands/index.ts';
import { findNativeParts, startsWorkers } from './native-parts.ts';
import { printJson, printNote, reportFailure } from './output.ts';

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

// Beside the output, also with `--json`: that is one object of one shape.
program.hook('preAction', (_program, command) => {
  if (startsWorkers(wordsOf(command))) findNativeParts((text) => printNote(text, false));
});

/** The words that name a command, without `granary`. */
function wordsOf(command: Command): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()];
}

// An installed `granary` without a word opens the window, as desktop programs do; without a display it shows the commands.
const words = process.argv.slice(2);
const opens = words.length === 0 && packagedFolder() !== null && hasDisplay();

program.parseAsync(opens ? ['app'] : words, { from: 'user' }).catch((error: unknown) => {
  if (!(error instanceof CommanderError)) {
    reportFailure(error, json);
  } else if (error.exitCode !== 0) {
    // Commander has told a person already.
    if (json) printJson({ type: 'error', code: 'USAGE', message: error.message.replace(/^error: /, '') });
    process.exitCode = error.exitCode;
  }
});
