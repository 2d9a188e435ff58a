import { canInstall, installPackages } from './debian.mjs';
import { SetupError } from './errors.mjs';
import { runProgram } from './process.mjs';

let found;

/** A Python 3 that has pip: fetches and unpacks wheels. Installed when it is missing and this is Debian as root. */
export async function findPython() {
  found ??= await findOnce();
  return found;
}

async function findOnce() {
  const python = process.env.GRANARY_PYTHON ?? 'python3';
  if ((await runProgram(python, ['-m', 'pip', '--version'])).code === 0) return python;
  if (canInstall() && process.env.GRANARY_PYTHON === undefined) {
    await installPackages(['python3', 'python3-pip']);
    if ((await runProgram(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  const version = await runProgram(python, ['--version']);
  throw new SetupError(
    'NATIVE_MISSING',
    version.code === 0
      ? `${version.output.trim()} has no pip, which fetches the native parts.`
      : `There is no ${python}, which fetches the native parts.`,
    process.platform === 'darwin'
      ? 'Install it (`brew install python`, or from python.org), then run set-up again.'
      : 'Install it, then run set-up again: sudo apt-get install -y python3 python3-pip',
  );
}
