import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError, fromErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import { errorPayloadSchema } from '../../shared/ipc/error-codes.ts';
import { type QueueCommand, queueCommandSchema } from '../../shared/records/queue.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';

const letterSchema = z.object({ version: z.literal(1), sent: z.number(), command: queueCommandSchema });
const answerSchema = z.object({ version: z.literal(1), error: errorPayloadSchema.nullable() });

const COMMAND = '.command.json';
const ANSWER = '.answer.json';
/** A sender waits this long; an older command has no sender any more, and nobody wants it done. */
const PATIENCE_MS = 15_000;

/**
 * Sends a command to the process that holds the workspace, and waits until it is done.
 * @throws GranaryError the holder's; WORKSPACE_LOCKED when it does not answer
 */
export async function sendCommand(workspace: string, command: QueueCommand): Promise<void> {
  const folder = join(workspace, layout.commands);
  const id = randomUUID();
  const [letter, reply] = [join(folder, `${id}${COMMAND}`), join(folder, `${id}${ANSWER}`)];
  writeJsonAtomic(letter, { version: 1, sent: Date.now(), command });
  try {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const answer = read(reply, answerSchema);
      if (answer === null) continue;
      if (answer.error !== null) throw fromErrorPayload(answer.error);
      return;
    }
  } finally {
    for (const path of [letter, reply]) rmSync(path, { force: true });
  }
  throw new GranaryError(
    'WORKSPACE_LOCKED',
    'The process that holds the workspace did not answer.',
    'See whether it still works, then try again.',
  );
}

/** Does what others have asked for, in the order of their asking, and answers. Only the holder may call it. */
export async function answerCommands(
  workspace: string,
  perform: (command: QueueCommand) => Promise<void>,
): Promise<void> {
  const folder = join(workspace, layout.commands);
  const letters = list(folder)
    .filter((name) => name.endsWith(COMMAND))
    .map((name) => ({ name, letter: read(join(folder, name), letterSchema) }))
    .sort((a, b) => (a.letter?.sent ?? 0) - (b.letter?.sent ?? 0));
  for (const { name, letter } of letters) {
    // Taken away first: whatever happens now, it is not done twice.
    rmSync(join(folder, name), { force: true });
    if (letter === null || Date.now() - letter.sent > PATIENCE_MS) continue;
    const error = await perform(letter.command).then(() => null, toErrorPayload);
    writeJsonAtomic(join(folder, name.replace(COMMAND, ANSWER)), { version: 1, error });
  }
}

/** Throws away what was asked of a holder that is gone. */
export function emptyMailbox(workspace: string): void {
  const folder = join(workspace, layout.commands);
  for (const name of list(folder)) rmSync(join(folder, name), { force: true });
  makeFolder(folder);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read<S extends z.ZodType>(path: string, schema: S): z.infer<S> | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
