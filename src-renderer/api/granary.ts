import './zod-settings.ts';
import { fromErrorPayload } from '../../shared/errors.ts';
import type { ChannelName, NewsName } from '../../shared/ipc/channel-names.ts';
import {
  channels,
  envelopeSchema,
  news,
  type Bridge,
  type ChannelInput,
  type ChannelOutput,
  type News,
} from '../../shared/ipc/channels.ts';

/** The only user of `window.granary`. Everything that arrives is parsed here, once. */
function bridge(): Bridge {
  return (window as unknown as { granary: Bridge }).granary;
}

/**
 * Asks main.
 * @throws GranaryError with main's own code, message and fix
 */
export async function ask<C extends ChannelName>(
  channel: C,
  ...input: ChannelInput<C> extends undefined ? [] : [ChannelInput<C>]
): Promise<ChannelOutput<C>> {
  const envelope = envelopeSchema.parse(await bridge().invoke(channel, input[0]));
  if (!envelope.ok) throw fromErrorPayload(envelope.error);
  return channels[channel].output.parse(envelope.value) as ChannelOutput<C>;
}

/** Listens to main. Returns a function that ends it. */
export function hear<N extends NewsName>(name: N, listener: (payload: News<N>) => void): () => void {
  return bridge().on(name, (payload) => listener(news[name].parse(payload) as News<N>));
}

/** The absolute path of a dropped file or folder; empty when it is not one of the file system's. */
export function pathOf(file: File): string {
  return bridge().pathOf(file);
}
