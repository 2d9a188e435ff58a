import { protocol, session } from 'electron';
import { readFile } from 'node:fs/promises';
import { pictureOrigin } from '../../shared/picture-address.ts';
import type { Served } from '../pictures/picture-service.ts';
import { assetHeaders, pictureHeaders, resolveAsset } from './assets.ts';

/** Must run before the app is ready: gives `granary:` an origin of its own, as https has one. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'granary', privileges: { standard: true, secure: true, supportFetchAPI: false } },
  ]);
}

interface Answer {
  status: number;
  /** With its charset where it is a text. */
  type: string;
  headers: Record<string, string>;
  bytes: Buffer;
}

/**
 * Serves the scheme: the built page from `root`, and pictures by what `servePicture` knows. Nothing else.
 * @param servePicture never rejects
 */
export function serveScheme(root: string, servePicture: (url: string) => Promise<Served>): void {
  const answer = async ({ method, url }: { method: string; url: string }): Promise<Answer> => {
    if (method !== 'GET') return refusal(404, 'Not found', {});
    if (url.startsWith(`${pictureOrigin}/`)) return pictureAnswer(await servePicture(url));
    const asset = resolveAsset(root, url);
    if (asset === null) return refusal(404, 'Not found', {});
    try {
      return { status: 200, type: asset.type, headers: assetHeaders, bytes: await readFile(asset.path) };
    } catch {
      return refusal(404, 'Not found', {});
    }
  };
  const failed = (): Answer => refusal(500, 'Failed', {});

  const own = session.defaultSession.protocol;
  if ((own.handle as typeof own.handle | undefined) !== undefined) {
    own.handle('granary', async (request) => {
      const { status, type, headers, bytes } = await answer(request).catch(failed);
      return new Response(new Uint8Array(bytes), { status, headers: { ...headers, 'Content-Type': type } });
    });
    return;
  }
  // Before Electron 25.
  own.registerBufferProtocol('granary', (request, respond) => {
    void answer(request)
      .catch(failed)
      .then(({ status, type, headers, bytes }) => {
        const [mimeType, charset] = type.split('; charset=');
        respond({
          statusCode: status,
          data: bytes,
          mimeType,
          headers,
          ...(charset === undefined ? {} : { charset }),
        });
      });
  });
}

function pictureAnswer(served: Served): Answer {
  if (served.status !== 200) return refusal(served.status, served.reason, pictureHeaders(false));
  return { status: 200, type: served.type, headers: pictureHeaders(true), bytes: served.bytes };
}

function refusal(status: number, reason: string, headers: Record<string, string>): Answer {
  return { status, type: 'text/plain; charset=utf-8', headers, bytes: Buffer.from(reason) };
}
