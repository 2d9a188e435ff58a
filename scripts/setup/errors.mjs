/**
 * A failure of set-up that the user can put right. The codes are those of shared/ipc/error-codes.ts, so that scripts can
 * match on them whether set-up or the program itself said it.
 */
export class SetupError extends Error {
  /**
   * @param {'NATIVE_MISSING'|'NATIVE_BROKEN'|'NO_NETWORK'|'NO_SPACE'|'NO_COMPILER'|'PLATFORM_UNSUPPORTED'|'HASH_MISMATCH'} code
   * @param {string} message what happened and what was expected
   * @param {string} fix what to do about it, as a command where there is one
   */
  constructor(code, message, fix) {
    super(message);
    this.name = 'SetupError';
    this.code = code;
    this.fix = fix;
  }
}

/** Prints a failure as the CLI does (code, what happened, the fix) and sets the exit code; a bug keeps its stack. */
export function reportFailure(error) {
  process.exitCode = 1;
  if (error instanceof SetupError) console.error(`\n${error.code}: ${error.message}\n${error.fix}`);
  else console.error(error);
}
