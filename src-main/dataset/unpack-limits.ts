import { GranaryError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/format-bytes.ts';

/** More files than any archive of pictures has. */
const MOST_FILES = 2_000_000;
/** Deflate shrinks text of one letter a thousandfold and photographs not at all: whole archives of pictures stay far below this. */
const MOST_RATIO = 200;
/** Archives that unpack to less are let through whatever their ratio is. */
const SMALL = 200e6;
/** Room that is left on the disk for everything else. */
const SPARE = 500e6;

/** What an archive says of itself before anything is unpacked. */
export interface ArchiveFacts {
  files: number;
  /** Sum of what its files say that they unpack to. They are held to it while they are unpacked. */
  bytes: number;
  archiveBytes: number;
  freeBytes: number;
}

/** @throws GranaryError ARCHIVE_REFUSED, NO_SPACE */
export function checkArchive(name: string, { files, bytes, archiveBytes, freeBytes }: ArchiveFacts): void {
  if (files > MOST_FILES)
    throw refused(
      `${name} holds ${files.toLocaleString('en')} files, more than ${MOST_FILES.toLocaleString('en')}.`,
    );
  if (bytes > SMALL && bytes > MOST_RATIO * archiveBytes)
    throw refused(
      `${name} would unpack to ${formatBytes(bytes)}, ${Math.round(bytes / archiveBytes)} times its size: pictures never do that.`,
    );
  if (bytes + SPARE > freeBytes)
    throw new GranaryError(
      'NO_SPACE',
      `${name} unpacks to ${formatBytes(bytes)}; ${formatBytes(freeBytes)} are free where the workspace lies, and ${formatBytes(SPARE)} of them are kept for everything else.`,
      'Make room, use a workspace on another disk (--workspace), or unpack it yourself and give the folder.',
    );
}

export function refused(message: string): GranaryError {
  return new GranaryError(
    'ARCHIVE_REFUSED',
    message,
    'If you trust it, unpack it with another program and give the folder that comes out.',
  );
}
