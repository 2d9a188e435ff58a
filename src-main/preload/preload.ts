import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channelNames, newsNames, type ChannelName, type NewsName } from '../../shared/ipc/channel-names.ts';
import type { Bridge } from '../../shared/ipc/channels.ts';

/**
 * The only thing that the sandboxed window can reach. It passes on known names and nothing else: the window never sees
 * ipcRenderer, and an unknown channel is refused here already (main checks again).
 */
const asked = new Set<string>(channelNames);
const told = new Set<string>(newsNames);

const bridge: Bridge = {
  invoke(channel: ChannelName, input?: unknown): Promise<unknown> {
    if (!asked.has(channel)) return Promise.reject(new Error(`No such channel: ${channel}`));
    return ipcRenderer.invoke(channel, input);
  },
  on(name: NewsName, listener: (payload: unknown) => void): () => void {
    if (!told.has(name)) throw new Error(`No such news: ${name}`);
    const receive = (_event: unknown, payload: unknown): void => listener(payload);
    ipcRenderer.on(name, receive);
    return () => ipcRenderer.removeListener(name, receive);
  },
  pathOf(file: unknown): string {
    // Electron 29 and later; before, Electron put the path on the File itself.
    if ((webUtils as typeof webUtils | undefined) !== undefined) return webUtils.getPathForFile(file as File);
    return (file as { path?: string }).path ?? '';
  },
};

contextBridge.exposeInMainWorld('granary', bridge);
