import pc from 'picocolors';
import { toErrorPayload } from '../../shared/errors.ts';

/** More of an error's details would push its message out of sight. */
const DETAIL_LINES = 20;

/** One JSON value a line on standard output: what `--json` promises. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Something that a person should know and need not act on: beside the output, or as a line of it with `--json`. */
export function printNote(message: string, json: boolean): void {
  if (json) printJson({ type: 'warning', message });
  else process.stderr.write(`${pc.yellow(`Note: ${message}`)}\n`);
}

/**
 * Ends the command with a non-zero code. A user's mistake is told in a sentence with its fix, and so is a refusal of the file
 * system; only a bug shows a stack, because someone has to report it.
 */
export function reportFailure(error: unknown, json: boolean): void {
  const payload = toErrorPayload(error);
  process.exitCode ||= 1;
  if (json) {
    const { code, message, fix, details } = payload;
    printJson({ type: 'error', code, message, fix, details });
    return;
  }
  process.stderr.write(`${pc.red(`${payload.code}:`)} ${payload.message}\n`);
  const { details = [] } = payload;
  for (const line of details.slice(0, DETAIL_LINES)) process.stderr.write(`  ${line}\n`);
  if (details.length > DETAIL_LINES)
    process.stderr.write(`  and ${details.length - DETAIL_LINES} more, all of them with --json\n`);
  if (payload.fix !== undefined) process.stderr.write(`${payload.fix}\n`);
  const refusal = typeof (error as { syscall?: unknown }).syscall === 'string';
  if (payload.code === 'INTERNAL' && !refusal && payload.stack !== undefined)
    process.stderr.write(`${payload.stack}\nThis is a bug in Granary: please report it with these lines.\n`);
}
