import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand, onPath } from './debian.mjs';
import { SetupError } from './errors.mjs';
import { runProgram } from './process.mjs';

/** The Python that fetches and unpacks wheels: any version 3 with pip. */
const python = () => process.env.GRANARY_PYTHON ?? 'python3';

/** The environment in which it has pip, once that is known. */
let known;

/** Where Debian's python3-pip-whl has the pip that new virtual environments get. */
const DEBIAN_WHEELS = '/usr/share/python-wheels';

/**
 * The environment in which Python finds pip. Where none is installed, Debian's wheel of it runs as it is; the packaged app asks for
 * that, because python3-pip brings compilers.
 */
export async function pipEnvironment(folder = DEBIAN_WHEELS) {
  const works = async (env) => (await runProgram(python(), ['-m', 'pip', '--version'], { env })).code === 0;
  if (await works(process.env)) return process.env;
  const wheel = existsSync(folder)
    ? readdirSync(folder).find((name) => /^pip-.*\.whl$/.test(name))
    : undefined;
  if (wheel === undefined) return undefined;
  const env = { ...process.env, PYTHONPATH: join(folder, wheel) };
  return (await works(env)) ? env : undefined;
}

export async function hasPip() {
  return (await pipEnvironment()) !== undefined;
}

/**
 * How to call pip: `command -m pip` in `env`.
 * @returns {Promise<{ command: string, env: NodeJS.ProcessEnv }>}
 */
export async function findPip() {
  known ??= await pipEnvironment();
  if (known !== undefined) return { command: python(), env: known };
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

/** Its command, once it is known to have pip. */
export async function findPython() {
  return (await findPip()).command;
}
