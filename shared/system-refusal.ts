import type { ErrorCode } from './ipc/error-codes.ts';

/** What Node's errors from the file system carry. */
interface SystemError extends Error {
  code: string;
  syscall: string;
  path?: string;
}

const isSystemError = (thrown: Error): thrown is SystemError =>
  'code' in thrown && typeof thrown.code === 'string' && 'syscall' in thrown;

/** What to say of each refusal, of the path that was refused. */
const refusals: Readonly<Record<string, { code: ErrorCode; say: (path: string) => string; fix: string }>> = {
  ...entry(['ENOSPC', 'EDQUOT'], {
    code: 'NO_SPACE',
    say: (path) => `The disk is full: ${path} could not be written`,
    fix: 'Make room, or use a folder on another disk, then try again.',
  }),
  ...entry(['EROFS'], {
    code: 'ACCESS_DENIED',
    say: (path) => `${path} cannot be written: its disk is read-only`,
    fix: 'Use a folder on another disk (for a workspace: --workspace, GRANARY_WORKSPACE, or Settings in the app).',
  }),
  ...entry(['EACCES', 'EPERM'], {
    code: 'ACCESS_DENIED',
    say: (path) => `The system does not let this user use ${path}`,
    fix: 'Change its permissions, or use a folder of your own (for a workspace: --workspace, GRANARY_WORKSPACE, or Settings in the app).',
  }),
};

function entry<T>(codes: readonly string[], value: T): Record<string, T> {
  return Object.fromEntries(codes.map((code) => [code, value]));
}

/**
 * What somebody can do about a refusal of the file system (a full disk, a read-only one, a lack of permission), which is no
 * bug; undefined for every other error.
 */
export function systemRefusal(thrown: Error): { code: ErrorCode; message: string; fix: string } | undefined {
  if (!isSystemError(thrown)) return undefined;
  const { syscall, path } = thrown;
  if (thrown.code === 'ENOENT' && syscall === 'mkdir' && path !== undefined)
    return {
      code: 'FOLDER_NOT_FOUND',
      message: `The folder ${path} cannot be made: a folder above it is gone, or is a link to nothing.`,
      fix: 'Bring back the folder above it (a disk may be away), or use another one (for a workspace: --workspace, GRANARY_WORKSPACE, or Settings in the app).',
    };
  if ((thrown.code === 'EEXIST' || thrown.code === 'ENOTDIR') && syscall === 'mkdir' && path !== undefined)
    return {
      code: 'FOLDER_NOT_FOUND',
      message: `The folder ${path} cannot be made: a file has its name, or that of a folder above it.`,
      fix: 'Move that file away, or use another folder (for a workspace: --workspace, GRANARY_WORKSPACE, or Settings in the app).',
    };
  const refusal = refusals[thrown.code];
  // Without a path it is about something else than files, such as another user's process.
  if (refusal === undefined || (path === undefined && refusal.code !== 'NO_SPACE')) return undefined;
  return {
    code: refusal.code,
    message: `${refusal.say(path ?? 'a file')} (${thrown.code}).`,
    fix: refusal.fix,
  };
}

const words: Readonly<Record<string, string>> = {
  ...entry(['ENOSPC', 'EDQUOT'], 'its disk is full'),
  ...entry(['EROFS'], 'its disk is read-only'),
  ...entry(['EACCES', 'EPERM'], 'this user may not'),
  ...entry(['EEXIST', 'ENOTDIR'], 'it is a file, or lies below one'),
  ...entry(['ENOENT'], 'a folder above it is gone, or is a link to nothing'),
};

/** Why a folder cannot be written, as the end of a sentence. */
export function refusalInWords(error: Error): string {
  return (isSystemError(error) ? words[error.code] : undefined) ?? error.message;
}
