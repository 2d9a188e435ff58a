import { execFile } from 'node:child_process';

/** Shared libraries that a Linux program asks for and the system does not have, by ldd's word; none where there is no ldd. */
export function missingLibraries(executable: string): Promise<string[]> {
  if (process.platform !== 'linux') return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile('ldd', [executable], { timeout: 10_000 }, (_error, stdout) => resolve(parseLdd(stdout)));
  });
}

/** The names on ldd's "not found" lines. */
export function parseLdd(output: string): string[] {
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] ?? '');
}
