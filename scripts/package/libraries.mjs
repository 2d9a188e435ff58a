import { closeSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** The release of GCC that brought each of libstdc++'s symbol versions GLIBCXX_3.4.N, from 22 on; older ones are everywhere. */
const compilers = {
  ...{
    22: '6',
    23: '7',
    24: '7',
    25: '8',
    26: '9',
    27: '9',
    28: '9.3',
    29: '11',
    30: '12',
    31: '13',
    32: '13',
  },
  ...{ 33: '14', 34: '15' },
};

/**
 * The C and C++ libraries that programs and libraries need, as words for a deb's Depends: by the symbol versions that they name. What was
 * compiled here needs at least this machine's compiler's; what came from elsewhere needs less.
 * @param {readonly string[]} files
 * @returns {string[]} such as ['libc6 (>= 2.28)', 'libstdc++6 (>= 12)', 'libgcc-s1']; none where nothing of it is linked
 * @throws Error for a version of libstdc++ that is not in the table above
 */
export function neededLibraries(files) {
  const libc = new Set();
  const cxx = new Set();
  for (const file of files.filter(isElf)) {
    const text = readFileSync(file, 'latin1');
    for (const [, version] of text.matchAll(/\0GLIBC_(\d+\.\d+)(?=[.\d]*\0)/g)) libc.add(version);
    for (const [, minor] of text.matchAll(/\0GLIBCXX_3\.4\.(\d+)(?=\0)/g)) cxx.add(Number(minor));
  }
  if (libc.size === 0) return [];
  const newest = [...libc].sort((a, b) => minorOf(a) - minorOf(b)).at(-1);
  const words = [`libc6 (>= ${newest})`, 'libgcc-s1'];
  if (cxx.size === 0) return words;
  const minor = Math.max(...cxx);
  const compiler = minor < 22 ? '5' : compilers[minor];
  if (compiler === undefined) throw new Error(`Which GCC brought GLIBCXX_3.4.${minor} is not known here.`);
  return [...words, `libstdc++6 (>= ${compiler})`];
}

const minorOf = (version) => Number(version.split('.')[1]);

function isElf(file) {
  if (!lstatSync(file).isFile()) return false;
  const start = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, start, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  return start.equals(Buffer.from('\x7fELF'));
}
