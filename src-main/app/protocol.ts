import { protocol, session } from 'electron';
import { readFile } from 'node:fs/promises';
import { assetHeaders, resolveAsset } from './assets.ts';

/** Must run before the app is ready: gives `granary:` an origin of its own, as https has one. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'granary', privileges: { standard: true, secure: true, supportFetchAPI: false } },
  ]);
}

/** Serves the built page from `root` and nothing else. */
export function serveRenderer(root: string): void {
  const own = session.defaultSession.protocol;
  if ((own.handle as typeof own.handle | undefined) !== undefined) {
    own.handle('granary', async (request) => {
      const asset = request.method === 'GET' ? resolveAsset(root, request.url) : null;
      if (asset === null) return new Response('Not found', { status: 404 });
      try {
        const body = new Uint8Array(await readFile(asset.path));
        return new Response(body, { headers: { ...assetHeaders, 'Content-Type': asset.type } });
      } catch {
        return new Response('Not found', { status: 404 });
      }
    });
    return;
  }
  // Before Electron 25.
  own.registerBufferProtocol('granary', (request, respond) => {
    const asset = request.method === 'GET' ? resolveAsset(root, request.url) : null;
    if (asset === null) {
      respond({ statusCode: 404, data: Buffer.from('Not found'), mimeType: 'text/plain' });
      return;
    }
    readFile(asset.path).then(
      (data) =>
        respond({ data, mimeType: asset.type.split(';')[0]!, charset: 'utf-8', headers: assetHeaders }),
      () => respond({ statusCode: 404, data: Buffer.from('Not found'), mimeType: 'text/plain' }),
    );
  });
}
