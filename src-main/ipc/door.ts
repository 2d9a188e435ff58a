import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { GranaryError, toErrorPayload } from '../../shared/errors.ts';
import type { ChannelName } from '../../shared/ipc/channel-names.ts';
import { channels, type ChannelOutput, type Envelope } from '../../shared/ipc/channels.ts';

/** The window's own address. Nothing else may ask. */
export const rendererOrigin = 'granary://app';

export type Handler<C extends ChannelName> = (
  input: (typeof channels)[C]['input']['_output'],
) => Promise<ChannelOutput<C>> | ChannelOutput<C>;
export type Handlers = { [C in ChannelName]: Handler<C> };

/** The part of Electron's event that decides who asked. */
export type Sender = Pick<IpcMainInvokeEvent, 'senderFrame'>;

/** Whether the question comes from our own page's top frame: not from a frame inside it, and not from another address. */
export function isOwnPage(event: Sender): boolean {
  const frame = event.senderFrame;
  if (frame === null || frame === undefined || frame.parent !== null) return false;
  return frame.url === rendererOrigin || frame.url.startsWith(`${rendererOrigin}/`);
}

/**
 * Answers one question: checks the sender, parses the input, runs the handler, and turns whatever is thrown into a failure
 * with a code. Never rejects, so that the window gets codes and fixes instead of Electron's wrapped strings.
 */
export async function answer<C extends ChannelName>(
  channel: C,
  handler: Handler<C>,
  event: Sender,
  input: unknown,
): Promise<Envelope> {
  try {
    if (!isOwnPage(event)) {
      throw new GranaryError('IPC_REFUSED', `A question on ${channel} came from outside Granary's own page.`);
    }
    const parsed = channels[channel].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
      throw new GranaryError('IPC_INVALID', `${channel} was asked wrongly${where}: ${issue?.message ?? ''}`);
    }
    return { ok: true, value: await handler(parsed.data as never) };
  } catch (error) {
    const { stack, ...told } = toErrorPayload(error);
    // A stack is for the log of the process that failed; the window shows what happened and the fix.
    if (told.code === 'INTERNAL') console.error(`${channel}: ${stack ?? told.message}`);
    return { ok: false, error: told };
  }
}

/** Hangs every handler behind the same door. Each channel has exactly one. */
export function listen(ipcMain: IpcMain, handlers: Handlers): void {
  const hang = <C extends ChannelName>(channel: C): void => {
    ipcMain.handle(channel, (event, input: unknown) => answer(channel, handlers[channel], event, input));
  };
  for (const channel of Object.keys(handlers) as ChannelName[]) hang(channel);
}
