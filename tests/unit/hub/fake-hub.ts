import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeSafetensors } from '../../../shared/safetensors/index.ts';

/** What the place where the files lie does with one request; without one it answers as it should. */
export type Behaviour =
  /** Sends this share of what is asked for, and then nothing more, or ends the connection. */
  | { type: 'stall' | 'truncate'; share: number }
  /** Answers with this status. */
  | { type: 'status'; status: number; retryAfter?: string }
  /** Knows no ranges. */
  | { type: 'no-range' }
  /** Sends more than it said, in chunks without a length. */
  | { type: 'longer' }
  /** Sends other bytes of the same length. */
  | { type: 'other' }
  /** Says another total size beside the range. */
  | { type: 'other-total' }
  /** Sends another range than was asked for. */
  | { type: 'other-range' }
  /** Slow enough to be looked at, or killed, meanwhile: so many bytes, or 16 KiB, every 20 ms. */
  | { type: 'slow'; bytes?: number };

export interface Seen {
  server: 'hub' | 'store';
  method: string;
  url: string;
  range: string | undefined;
  authorization: string | undefined;
}

interface RemoteWeights {
  bytes: Buffer;
  sha256: string;
}

/**
 * A model hub on this machine: one server answers as the hub does, with hash and size beside a redirect, and a second one, of another
 * origin, holds the files.
 */
export class FakeHub {
  readonly seen: Seen[] = [];
  /** One for each coming request to the file's place, in order. */
  readonly coming: Behaviour[] = [];
  /** Statuses of the coming answers of the hub itself. */
  readonly statuses: { status: number; retryAfter?: string }[] = [];
  /** Sends the hub's redirects elsewhere. */
  location: ((path: string) => string) | null = null;
  /** Says of every file. */
  stated: { sha256?: string | null; bytes?: number } = {};
  readonly #files = new Map<string, RemoteWeights>();
  readonly #hub: Server;
  readonly #store: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer(request, response));
    this.#store = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub();
    for (const server of [hub.#hub, hub.#store])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  /** Puts weights on the hub: random ones of about this many bytes, or these. */
  put(name: string, content: number | Uint8Array): RemoteWeights {
    const bytes = Buffer.from(typeof content === 'number' ? randomWeights(content) : content);
    const weights = { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    this.#files.set(`/timm/${name}/resolve/main/model.safetensors`, weights);
    return weights;
  }

  /** Requests to where the files lie. */
  get downloads(): Seen[] {
    return this.seen.filter(({ server }) => server === 'store');
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#store]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #note(server: Seen['server'], { method, url, headers }: IncomingMessage): void {
    const { range, authorization } = headers;
    this.seen.push({ server, method: method ?? '', url: url ?? '', range, authorization });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#note('hub', request);
    const refusal = this.statuses.shift();
    if (refusal !== undefined) {
      response.writeHead(
        refusal.status,
        refusal.retryAfter === undefined ? {} : { 'retry-after': refusal.retryAfter },
      );
      response.end();
      return;
    }
    const path = request.url ?? '';
    const file = this.#files.get(path);
    if (file === undefined) {
      response.writeHead(path === '/' ? 200 : 404).end();
      return;
    }
    const { sha256 = file.sha256, bytes = file.bytes.length } = this.stated;
    response.writeHead(302, {
      location: this.location?.(path) ?? `${addressOf(this.#store)}${path}?signature=x`,
      'x-linked-size': String(bytes),
      'x-linked-etag': `"${sha256 ?? 'abc123'}"`,
    });
    response.end();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#note('store', request);
    const file = this.#files.get((request.url ?? '').replace(/\?.*$/, ''))!;
    const behaviour = this.coming.shift();
    if (behaviour?.type === 'status') {
      response.writeHead(
        behaviour.status,
        behaviour.retryAfter === undefined ? {} : { 'retry-after': behaviour.retryAfter },
      );
      response.end();
      return;
    }
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const ranged = asked !== null && behaviour?.type !== 'no-range';
    const start = ranged ? Number(asked[1]) : 0;
    const all = behaviour?.type === 'other' ? Buffer.alloc(file.bytes.length, 7) : file.bytes;
    const body = all.subarray(start);
    const total = behaviour?.type === 'other-total' ? all.length + 1 : all.length;
    const first = behaviour?.type === 'other-range' ? start + 1 : start;
    response.writeHead(ranged ? 206 : 200, {
      ...(behaviour?.type === 'longer' ? {} : { 'content-length': String(body.length) }),
      ...(ranged ? { 'content-range': `bytes ${first}-${all.length - 1}/${total}` } : {}),
    });
    switch (behaviour?.type) {
      case 'stall':
        response.write(body.subarray(0, Math.floor(body.length * behaviour.share)));
        return;
      case 'truncate':
        response.write(body.subarray(0, Math.floor(body.length * behaviour.share)), () => response.destroy());
        return;
      case 'longer':
        response.write(body);
        response.end(Buffer.alloc(1000));
        return;
      case 'slow': {
        const { bytes = 16_384 } = behaviour;
        for (let at = 0; at < body.length && !response.destroyed; at += bytes) {
          response.write(body.subarray(at, at + bytes));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        response.end();
        return;
      }
      default:
        response.end(body);
    }
  }
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A sound safetensors file of one tensor. */
export function randomWeights(bytes: number): Uint8Array {
  const elements = Math.floor(bytes / 4);
  const data = new Uint8Array(randomBytes(elements * 4));
  return encodeSafetensors({
    metadata: { format: 'pt' },
    tensors: new Map([['w', { dtype: 'F32', shape: [elements], data }]]),
  });
}
