import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';

let found: string | undefined;

/**
 * The plain Node that workers run on. Under Electron `process.execPath` is Electron, in which TensorFlow crashes (design.md), so
 * Node is looked for: GRANARY_NODE, the one that ships with the packaged app, the Node that npm runs on, then `node` on the PATH.
 * @throws GranaryError NATIVE_MISSING
 */
export function nodeBinary(): string {
  const named = process.env['GRANARY_NODE'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw missing(`GRANARY_NODE names ${named}, which does not exist.`);
  }
  if (process.versions['electron'] === undefined) return process.execPath;
  const shipped = join((process as { resourcesPath?: string }).resourcesPath ?? '', 'node', 'node');
  if (existsSync(shipped)) return shipped;
  found ??= [process.env['npm_node_execpath'], 'node'].find(
    (candidate) => candidate !== undefined && isNode(candidate),
  );
  if (found === undefined)
    throw missing('Training needs Node 20.19 or newer, and none was found on the PATH.');
  return found;
}

/** Asked once: whether this program is a Node that workers can run on. */
function isNode(candidate: string): boolean {
  const answer = spawnSync(candidate, ['-p', 'process.versions.electron ? "" : process.versions.node'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  const version = /^(\d+)\.(\d+)/.exec(answer.stdout ?? '');
  if (answer.status !== 0 || version === null) return false;
  const major = Number(version[1]);
  return major > 20 || (major === 20 && Number(version[2]) >= 19);
}

function missing(message: string): GranaryError {
  return new GranaryError(
    'NATIVE_MISSING',
    message,
    'Install Node 20.19 or newer, or set GRANARY_NODE to its path.',
  );
}
