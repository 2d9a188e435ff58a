import type { ErrorCode } from './ipc/error-codes.ts';
import { systemRefusal } from './system-refusal.ts';

/** What crosses a process boundary when something failed: a stable code, what happened, and how to fix it. */
export interface ErrorPayload {
  code: ErrorCode;
  message: string;
  /** What the user can do about it; shown under the message. */
  fix?: string;
  /** All that the message counts, one a line, where it names only the first few. */
  details?: string[] | undefined;
  /** For logs only, never shown unless asked for. */
  stack?: string;
}

/**
 * A failure with a stable code. `message` says what happened and what was expected, `fix` how to put it right.
 * A user's mistake is always one of these, or a refusal of the file system; any other thrown value is a bug and gets the code
 * INTERNAL.
 */
export class GranaryError extends Error {
  readonly code: ErrorCode;
  readonly fix: string | undefined;
  readonly details: readonly string[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    fix?: string,
    options?: { cause?: unknown; details?: readonly string[] | undefined },
  ) {
    super(message, options as ErrorOptions);
    this.name = 'GranaryError';
    this.code = code;
    this.fix = fix;
    this.details = options?.details;
  }
}

/** Turns anything thrown into a payload that can be sent and shown. */
export function toErrorPayload(thrown: unknown): ErrorPayload {
  if (thrown instanceof GranaryError) {
    const { code, message, fix, details, stack } = thrown;
    return { code, message, fix, ...(details === undefined ? {} : { details: [...details] }), stack };
  }
  if (thrown instanceof Error)
    return { code: 'INTERNAL', message: thrown.message, ...systemRefusal(thrown), stack: thrown.stack };
  return { code: 'INTERNAL', message: String(thrown) };
}

/** The inverse of {@link toErrorPayload}, on the receiving side. */
export function fromErrorPayload(payload: ErrorPayload): GranaryError {
  const error = new GranaryError(payload.code, payload.message, payload.fix, {
    details: payload.details,
  });
  if (payload.stack !== undefined) error.stack = payload.stack;
  return error;
}
