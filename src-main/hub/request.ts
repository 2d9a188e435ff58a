import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { GranaryError } from '../../shared/errors.ts';
import { granaryVersion } from '../files/version.ts';
import { Transient, cancelled } from './failures.ts';
import type { HubSettings } from './settings.ts';

const MAX_REDIRECTS = 5;
/** A server may ask for a longer wait; nobody watches a line that stands still for more than this. */
const MAX_WAIT_MS = 60_000;
const RETRIED_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

const UNREACHED: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']);

export interface HubAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Dispatcher.ResponseData['body'];
  /** Where the answer came from, after redirects. */
  url: URL;
}

export interface HubRequest {
  method: 'HEAD' | 'GET';
  url: URL;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Whether an answer that redirects elsewhere is enough as it is. */
  enough?: (headers: Readonly<Record<string, string>>) => boolean;
}

let agent: EnvHttpProxyAgent | undefined;

/**
 * Asks the hub. Redirects are followed by hand: only to http and https, never from https to http, and with the token only as
 * long as it is the endpoint's own origin that is asked.
 * @throws Transient on what may work in a moment; GranaryError CANCELLED, or NO_NETWORK for a redirect that is refused
 */
export async function askHub(settings: HubSettings, asked: HubRequest): Promise<HubAnswer> {
  let { url } = asked;
  for (let hop = 0; ; hop += 1) {
    const answer = await askOnce(settings, asked, url);
    const { location } = answer.headers;
    const redirects = answer.status >= 301 && answer.status <= 308 && answer.status !== 304;
    if (!redirects || location === undefined || asked.enough?.(answer.headers) === true) {
      if (!RETRIED_STATUS.has(answer.status)) return answer;
      await discard(answer);
      throw new Transient(`${url.host} answered ${answer.status}`, {
        waitMs: waitOf(answer.headers['retry-after']),
      });
    }
    await discard(answer);
    if (hop === MAX_REDIRECTS) throw refused(url, `it redirects more than ${MAX_REDIRECTS} times`);
    url = redirected(url, location);
  }
}

async function askOnce(settings: HubSettings, asked: HubRequest, url: URL): Promise<HubAnswer> {
  const headers: Record<string, string> = {
    'user-agent': `granary/${granaryVersion}`,
    // Ranges and lengths count the file's own bytes.
    'accept-encoding': 'identity',
    ...asked.headers,
  };
  if (settings.token !== null && url.origin === settings.endpoint.origin)
    headers['authorization'] = `Bearer ${settings.token}`;
  agent ??= new EnvHttpProxyAgent({ connect: { timeout: 15_000 } });
  try {
    const {
      statusCode,
      headers: got,
      body,
    } = await request(url, {
      ...{ method: asked.method, headers, dispatcher: agent, bodyTimeout: settings.stallMs },
      headersTimeout: settings.answerMs,
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
    });
    // Ending a body early must not end the process when nobody listens any more.
    body.on('error', () => undefined);
    return { status: statusCode, headers: single(got), body, url };
  } catch (error) {
    throw failure(error, url, asked.signal);
  }
}

/** What the client's error means: cancelled, or worth another attempt. */
export function failure(error: unknown, url: URL, signal: AbortSignal | undefined): Error {
  if (signal?.aborted === true) return cancelled();
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name cannot be looked up',
    ECONNREFUSED: 'nothing answers there',
    ECONNRESET: 'it broke off',
    UND_ERR_SOCKET: 'it broke off',
    UND_ERR_ABORTED: 'it broke off',
    UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
    UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
    UND_ERR_BODY_TIMEOUT: 'it sends nothing more',
  };
  return new Transient(`${url.host}: ${words[code ?? ''] ?? code ?? message}`, {
    unreached: UNREACHED.has(code ?? ''),
    cause: error,
  });
}

/** Reads what is left of a small answer, so that its connection can be used again; a large one is closed. */
async function discard(answer: HubAnswer): Promise<void> {
  await answer.body.dump({ limit: 65_536 }).catch(() => undefined);
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw refused(from, 'it redirects to what is no address');
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refused(from, `it redirects to ${to.protocol}, and only http and https are followed`);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(from, 'it redirects from https to http, where anybody could change the file');
  return to;
}

function refused(url: URL, why: string): GranaryError {
  return new GranaryError(
    'NO_NETWORK',
    `The answer of ${url.host} was refused: ${why}.`,
    'Set HF_ENDPOINT to another address of the hub.',
  );
}

/** Of a header that came several times the first counts. */
function single(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) result[name] = first;
  }
  return result;
}

/** `Retry-After` in milliseconds: seconds, or a date. */
function waitOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(MAX_WAIT_MS, Math.max(0, seconds * 1000)) : null;
}
