import { GranaryError } from '../../shared/errors.ts';

/** Where the model hub is and how it is talked to: from the variables that the hub's own Python library reads. */
export interface HubSettings {
  /** Without a slash at its end. */
  endpoint: URL;
  /** HF_HUB_OFFLINE: only what is cached. */
  offline: boolean;
  /** HF_TOKEN; goes to the endpoint's own host and to no other. */
  token: string | null;
  /** Longest wait for an answer. */
  answerMs: number;
  /** Longest wait for the next bytes of a download. */
  stallMs: number;
  /** Wait before the second attempt; it doubles from one to the next. */
  backoffMs: number;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';
const DEFAULT_SECONDS = 30;
const BACKOFF_MS = 1000;

/**
 * HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN, HF_HUB_ETAG_TIMEOUT and HF_HUB_DOWNLOAD_TIMEOUT (seconds).
 * @throws GranaryError CONFIG_INVALID naming the variable and what it may be
 */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const token = env['HF_TOKEN']?.trim();
  return {
    endpoint: endpointOf(env['HF_ENDPOINT']),
    offline: /^(1|on|yes|true)$/i.test(env['HF_HUB_OFFLINE'] ?? ''),
    token: token === undefined || token === '' ? null : token,
    answerMs: secondsOf(env, 'HF_HUB_ETAG_TIMEOUT') * 1000,
    stallMs: secondsOf(env, 'HF_HUB_DOWNLOAD_TIMEOUT') * 1000,
    backoffMs: BACKOFF_MS,
  };
}

function endpointOf(text: string | undefined): URL {
  const given = text === undefined || text.trim() === '' ? DEFAULT_ENDPOINT : text.trim();
  const url = URL.canParse(given) ? new URL(given) : null;
  const credentials = url !== null && (url.username !== '' || url.password !== '');
  if (url === null || !/^https?:$/.test(url.protocol) || credentials)
    throw new GranaryError(
      'CONFIG_INVALID',
      `HF_ENDPOINT is ${credentials ? 'an address with a password in it' : `"${given}"`}, and should be the address of a model hub.`,
      'Write it like https://hub.example.org, put a token into HF_TOKEN, or unset it for the public hub.',
    );
  url.pathname = url.pathname.replace(/\/+$/, '');
  url.search = '';
  url.hash = '';
  return url;
}

function secondsOf(env: NodeJS.ProcessEnv, name: string): number {
  const text = env[name];
  if (text === undefined || text === '') return DEFAULT_SECONDS;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new GranaryError(
    'CONFIG_INVALID',
    `${name} is "${text}", which is not a number of seconds.`,
    'Set it to a number such as 30, or unset it.',
  );
}
