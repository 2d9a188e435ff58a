import { createHash, randomBytes } from 'node:crypto';
import {
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  statfsSync,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { z } from 'zod';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError } from '../../shared/errors.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { cancelled } from './cancelled.ts';
import type { InspectHooks } from './inspect.ts';
import { checkArchive, refused } from './unpack-limits.ts';
import { isJunk } from './walk.ts';

/** Beside the unpacked files: from which archive they came. Written last, so a folder that has it is whole. */
const MARK = '.granary-archive.json';
const markSchema = z.object({
  version: z.literal(1),
  archive: z.string(),
  bytes: z.number(),
  mtimeMs: z.number(),
  /** The folder beside the mark that holds the files. */
  folder: z.string().regex(/^[^/\\]+$/),
  files: z.number().int(),
  notes: z.array(z.string()),
});

export interface Unpacked {
  folder: string;
  files: number;
  /** What was passed over. */
  notes: string[];
  /** It was there from an earlier time. */
  known: boolean;
}

export const isZip = (path: string): boolean => /\.zip$/i.test(path);

/**
 * Unpacks a zip into `workspace/imports/<name>-<hash>/<name>/`, or finds it there from an earlier time while the archive is the same. Nothing is
 * written outside of that folder: names that lead elsewhere end it, links and junk are passed over, and no file may be larger than it said.
 * An archive that is gone since it was unpacked is served from what was unpacked.
 * @throws GranaryError DATASET_NOT_FOUND, ARCHIVE_DAMAGED, ARCHIVE_REFUSED, NO_SPACE, CANCELLED
 */
export async function unpackedFolder(
  workspace: string,
  archive: string,
  hooks: Pick<InspectHooks, 'onProgress' | 'signal'> = {},
): Promise<Unpacked> {
  const given = resolve(archive);
  const imports = join(workspace, layout.imports);
  const path = await realpath(given).catch(() => null);
  if (path === null) {
    const kept = earlier(imports, (mark) => mark.archive === given);
    if (kept !== null) return kept;
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `There is nothing at ${archive}.`,
      'Give the path of a zip file.',
    );
  }
  const { size: bytes, mtimeMs } = statSync(path);
  const known = earlier(
    imports,
    (mark) => mark.archive === path && mark.bytes === bytes && mark.mtimeMs === mtimeMs,
  );
  if (known !== null) return known;
  makeFolder(imports);
  const stem =
    basename(path)
      .replace(/\.zip$/i, '')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 60) || 'archive';
  const key = createHash('sha256').update(`${path}\n${bytes}\n${mtimeMs}`).digest('hex').slice(0, 10);
  const folder = join(imports, `${stem}-${key}`);
  const part = join(imports, `.${stem}-${randomBytes(6).toString('hex')}.part`);
  try {
    mkdirSync(part);
    // In a folder of the archive's own name, which is what the dataset is called then.
    mkdirSync(join(part, stem));
    const { files, notes } = await unpackInto(join(part, stem), path, hooks);
    writeJsonAtomic(join(part, MARK), {
      version: 1,
      archive: path,
      bytes,
      mtimeMs,
      folder: stem,
      files,
      notes,
    });
    // What lies there under this name has no mark, so it is not whole.
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
    return { folder: join(folder, stem), files, notes, known: false };
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw asArchiveError(error, path);
  }
}

/** Takes away what was unpacked just now, and was no dataset. What was there before may be what runs were trained on. */
export function forgetUnpacked({ folder, known }: Unpacked): void {
  if (!known) rmSync(dirname(folder), { recursive: true, force: true });
}

function earlier(imports: string, fits: (mark: z.infer<typeof markSchema>) => boolean): Unpacked | null {
  let names: string[];
  try {
    names = readdirSync(imports).filter((name) => !name.startsWith('.'));
  } catch {
    return null;
  }
  for (const name of names.reverse()) {
    const folder = join(imports, name);
    try {
      const mark = markSchema.parse(JSON.parse(readFileSync(join(folder, MARK), 'utf8')));
      if (fits(mark))
        return { folder: join(folder, mark.folder), files: mark.files, notes: mark.notes, known: true };
    } catch {
      // No mark, or not ours to judge.
    }
  }
  return null;
}

async function unpackInto(
  root: string,
  archive: string,
  { onProgress, signal }: Pick<InspectHooks, 'onProgress' | 'signal'>,
): Promise<{ files: number; notes: string[] }> {
  const zip = await yauzl.openPromise(archive, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
  });
  try {
    const entries: yauzl.Entry[] = [];
    let [links, junk] = [0, 0];
    for await (const entry of zip.eachEntry()) {
      if (signal?.aborted === true) throw cancelled();
      const parts = entry.fileName.split('/');
      if (entry.fileName.endsWith('/')) continue;
      if (isLink(entry)) links++;
      else if (parts.some(isJunk)) junk++;
      else if (entry.isEncrypted()) throw refused(`${basename(archive)} is locked with a password.`);
      else entries.push(entry);
    }
    const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    const disk = statfsSync(root);
    const facts = { files: entries.length, bytes: total, archiveBytes: statSync(archive).size };
    checkArchive(basename(archive), { ...facts, freeBytes: disk.bavail * disk.bsize });
    const began = performance.now();
    let [done, saidAt, repeated] = [0, -Infinity, 0];
    const say = (): void => {
      const now = performance.now();
      if (onProgress === undefined || now - saidAt < 100) return;
      saidAt = now;
      const rate = (1000 * done) / Math.max(1, now - began);
      onProgress({ stage: 'unpacking', done, total: entries.length, unit: 'files', perSecond: rate });
    };
    const seen = new Set<string>();
    for (const entry of entries) {
      if (signal?.aborted === true) throw cancelled();
      const target = join(root, entry.fileName);
      // yauzl has refused such names already; this is the last word before a byte is written.
      if (!target.startsWith(root + sep))
        throw refused(`${basename(archive)} names files outside of itself.`);
      // Some systems take A.jpg and a.jpg for one file.
      const same = entry.fileName.normalize('NFC').toLowerCase();
      if (seen.has(same)) repeated++;
      else await unpackEntry(zip, entry, target, signal);
      seen.add(same);
      done++;
      say();
    }
    const note = (count: number, what: string): string[] =>
      count === 0
        ? []
        : [
            `${count} ${what}${count === 1 ? '' : 's'} in the archive ${count === 1 ? 'was' : 'were'} passed over.`,
          ];
    const notes = [
      ...note(links, 'link'),
      ...note(junk, 'hidden or system file'),
      ...note(repeated, 'repeated name'),
    ];
    return { files: entries.length - repeated, notes };
  } finally {
    zip.close();
  }
}

/** Made by a Unix, and a symbolic link: its content would be a path. */
function isLink(entry: yauzl.Entry): boolean {
  return entry.versionMadeBy >> 8 === 3 && ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
}

/** yauzl holds the stream to the size that was declared; the checksum is ours to compare. */
async function unpackEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  makeFolder(dirname(target));
  let checksum = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      checksum = crc32(chunk, checksum);
      next(null, chunk);
    },
  });
  const stream = await zip.openReadStreamPromise(entry);
  await pipeline(stream, counted, createWriteStream(target, { flags: 'wx', mode: 0o644 }), { signal });
  if (checksum !== entry.crc32) throw new Error(`${entry.fileName} does not have its checksum`);
}

function asArchiveError(error: unknown, archive: string): unknown {
  if (error instanceof GranaryError) return error;
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError') return cancelled();
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GranaryError(
      'NO_SPACE',
      `The disk became full while ${basename(archive)} was unpacked.`,
      'Make room, or use a workspace on another disk.',
      { cause: error },
    );
  if (
    code !== undefined &&
    code !== 'Z_DATA_ERROR' &&
    code !== 'Z_BUF_ERROR' &&
    code !== 'ERR_STREAM_PREMATURE_CLOSE'
  )
    return code === 'ENAMETOOLONG' || code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR'
      ? refused(`${basename(archive)} has names that this disk cannot hold (${code}).`)
      : error;
  if (/relative path|absolute path|invalid characters/i.test(message))
    return refused(`${basename(archive)} names files outside of itself: ${message}.`);
  return new GranaryError(
    'ARCHIVE_DAMAGED',
    `${basename(archive)} is damaged: ${message.replace(/\.+$/, '')}.`,
    'Download or copy it again; its size should be that of the original.',
    { cause: error },
  );
}
