import { ZodError } from 'zod';
import { toErrorPayload } from '../../shared/errors.ts';

/** What went wrong, as it is shown: what happened, and how to put it right. */
export interface Fault {
  code: string;
  message: string;
  fix: string | undefined;
  /** What the message counts, such as the columns of a table. */
  details?: readonly string[] | undefined;
}

export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof ZodError) {
    // Window and main disagree on a message: never the user's doing.
    const issue = thrown.issues[0];
    return {
      code: 'INTERNAL',
      message: `An answer was not understood at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}.`,
      fix: 'This is a fault of Granary; please report it.',
    };
  }
  const { code, message, fix, details } = toErrorPayload(thrown);
  return { code, message, fix, details };
}
