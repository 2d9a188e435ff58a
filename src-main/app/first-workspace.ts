import { existsSync } from 'node:fs';
import { type ErrorPayload, toErrorPayload } from '../../shared/errors.ts';

/** What may be opened when the app starts, and how. */
export interface FirstWorkspace {
  /** Named by the environment: no other is taken in its place without asking. */
  explicit: string | undefined;
  /** The one that was open last. */
  remembered: string | undefined;
  usual: string;
  open: (path: string) => Promise<void>;
  /** A chosen one was opened: it is the one to open next time. */
  remember: (path: string) => void;
  /** Tells why one could not be opened and lets another be chosen; null: there is to be none. */
  choose: (why: ErrorPayload) => Promise<string | null>;
}

/**
 * Opens the workspace that the app starts with. The remembered one may have been moved, or its disk may be away today: then the
 * usual one is opened, and what is returned is to be told, for its runs are not there.
 * @returns whether one is open, and what to tell
 */
export async function openFirstWorkspace(
  first: FirstWorkspace,
): Promise<{ opened: boolean; notice: string | null }> {
  const { explicit, remembered, usual } = first;
  let notice: string | null = null;
  if (explicit === undefined && remembered !== undefined && remembered !== usual) {
    const message = existsSync(remembered)
      ? (await failure(first, remembered))?.message
      : `There is no folder ${remembered} any more, or its disk is away.`;
    if (message === undefined) return { opened: true, notice };
    notice = `The workspace that was open last is not shown. ${message} This is ${usual}.`;
  }
  let failed = await failure(first, explicit ?? usual);
  if (failed === undefined) return { opened: true, notice };
  while (failed !== undefined) {
    const path: string | null = await first.choose(failed);
    if (path === null) return { opened: false, notice: null };
    failed = await failure(first, path);
    if (failed === undefined) first.remember(path);
  }
  return { opened: true, notice: null };
}

/**
 * Asks what to do where no workspace could be opened. A picker that is closed leads back to the question, for nobody has said that
 * the app is to end.
 * @param another true: choose another folder; false: quit
 * @param pick null: closed without a choice
 */
export async function anotherWorkspace(
  another: () => Promise<boolean>,
  pick: () => Promise<string | null>,
): Promise<string | null> {
  while (await another()) {
    const path = await pick();
    if (path !== null) return path;
  }
  return null;
}

/** Why it cannot be opened; undefined when it is. */
async function failure({ open }: FirstWorkspace, path: string): Promise<ErrorPayload | undefined> {
  return open(path).then(() => undefined, toErrorPayload);
}
