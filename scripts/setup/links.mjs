import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tfjsNode } from './addon-part.mjs';
import { root } from './paths.mjs';
import { libraryFiles } from './tensorflow-part.mjs';

/**
 * Points this checkout at parts of the cache: `.native/` for people and scripts, and the places under tfjs-node-gpu where
 * it looks. `npm ci` wipes the latter; they are set again in a moment.
 * @returns {boolean} whether anything had to be changed
 */
export function linkParts(tensorflowPart, addonPart) {
  const [cc, framework] = libraryFiles(tensorflowPart);
  const library = join(tfjsNode, 'deps', 'lib');
  const suffixes = process.platform === 'darwin' ? ['.2.dylib', '.dylib'] : ['.so.2', '.so'];
  const wanted = [
    [join(root, '.native', 'tensorflow'), tensorflowPart],
    [join(root, '.native', 'addon'), addonPart],
    [join(tfjsNode, 'deps', 'include'), join(tensorflowPart, 'tensorflow', 'include')],
    [join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'), join(addonPart, 'tfjs_binding.node')],
  ];
  for (const suffix of suffixes) {
    wanted.push([join(library, `libtensorflow${suffix}`), cc]);
    wanted.push([join(library, `libtensorflow_cc${suffix}`), cc]);
    wanted.push([join(library, `libtensorflow_framework${suffix}`), framework]);
  }
  return wanted.map(([link, target]) => setLink(link, target)).some((changed) => changed);
}

/** Makes `link` a symbolic link to `target` in one step, whatever was there; returns whether that changed anything. */
export function setLink(link, target) {
  if (readLink(link) === target) return false;
  mkdirSync(dirname(link), { recursive: true });
  const temporary = `${link}.${process.pid}`;
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  const old = lstatSync(link, { throwIfNoEntry: false });
  if (old?.isDirectory()) rmSync(link, { recursive: true });
  renameSync(temporary, link);
  return true;
}

/** Where a symbolic link points, or undefined when there is none. */
export function readLink(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
