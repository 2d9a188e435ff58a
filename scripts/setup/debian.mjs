import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { lastLines, runProgram } from './process.mjs';

/** True when there is such a program on the PATH. */
export function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** True where set-up may install Debian packages by itself: apt-get is there, and this is root. */
export function canInstall() {
  return process.getuid?.() === 0 && onPath('apt-get');
}

/** The command that installs `packages` on Debian and Ubuntu, for people. */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** Those of `packages` that dpkg does not have; all names are taken as missing where there is no dpkg. */
export function missingPackages(packages) {
  let installed;
  try {
    installed = execFileSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    // It exits 1 as soon as one package is unknown; what it knows is still printed.
    installed = String(error.stdout ?? '');
  }
  const present = new Set(
    installed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !present.has(name));
}

/** Installs Debian packages, as root; elsewhere stops with `code` and names the command. */
export async function installPackages(packages, code = 'NATIVE_MISSING') {
  if (packages.length === 0) return;
  if (!canInstall()) {
    throw new SetupError(
      code,
      `These system packages are missing: ${packages.join(', ')}.`,
      onPath('apt-get')
        ? `Run this, then set-up again: ${installCommand(packages)}`
        : `Install their equivalents with this system's package manager, then run set-up again (on Debian: ${installCommand(packages)})`,
    );
  }
  console.log(`Installing system packages: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const args = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...packages];
  let run = await runProgram('apt-get', args, { env });
  if (run.code !== 0) {
    // No or old package lists: the usual state of a bare machine.
    await runProgram('apt-get', ['update'], { env });
    run = await runProgram('apt-get', args, { env });
  }
  if (run.code !== 0) {
    throw new SetupError(
      /Could not resolve|Failed to fetch|Unable to connect/.test(run.output)
        ? 'NO_NETWORK'
        : 'NATIVE_MISSING',
      `apt-get could not install ${packages.join(' ')}:\n${lastLines(run.output)}`,
      `Put that right, then run set-up again, or install them yourself: ${installCommand(packages)}`,
    );
  }
}
