// Prints the folders in node_modules of the packages that run the command line, its workers and vitest, one a line.
import { existsSync, readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const folders = new Set();

/** Where Node would find a package that one in `from` asks for. */
function resolve(from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('node_modules/') - 1))) {
    const folder = `${base === '' ? '' : `${base}/`}node_modules/${name}`;
    if (lock[folder] !== undefined) return folder;
    if (base === '') return undefined;
  }
}

function visit(folder) {
  if (folder === undefined || folders.has(folder) || !existsSync(folder)) return;
  folders.add(folder);
  const { dependencies: own, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock[folder];
  for (const name of Object.keys({ ...own, ...optionalDependencies, ...peerDependencies }))
    if (peerDependenciesMeta?.[name]?.optional !== true) visit(resolve(folder, name));
}

for (const name of [...Object.keys(dependencies), 'vitest']) visit(resolve('', name));
const within = (folder) => [...folders].some((other) => other !== folder && folder.startsWith(`${other}/`));
console.log([...folders].filter((folder) => !within(folder)).join('\n'));
