import { installCommand, onPath } from './debian.mjs';
import { SetupError } from './errors.mjs';
import { runProgram } from './process.mjs';

/** The Python that fetches and unpacks wheels: any version 3 with pip. */
const python = () => process.env.GRANARY_PYTHON ?? 'python3';

let checked = false;

export async function hasPip() {
  return (await runProgram(python(), ['-m', 'pip', '--version'])).code === 0;
}

/** Its command, once it is known to have pip. */
export async function findPython() {
  checked ||= await hasPip();
  if (checked) return python();
  const version = await runProgram(python(), ['--version']);
  throw new SetupError(
    'NATIVE_MISSING',
    version.code === 0
      ? `${version.output.trim()} has no pip, which fetches the native parts.`
      : `There is no ${python()}, which fetches the native parts.`,
    onPath('apt-get')
      ? `Run this, then set-up again: ${installCommand(['python3', 'python3-pip'])}`
      : 'Install Python 3 with pip, then run set-up again; GRANARY_PYTHON names one that is not called python3.',
  );
}
