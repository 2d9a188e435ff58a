import { GranaryError } from '../../shared/errors.ts';
import { WITHOUT_HUB, notAsStated } from './failures.ts';
import { type HubAnswer, askHub } from './request.ts';
import { withRetries } from './retry.ts';
import type { HubSettings } from './settings.ts';

/** What the hub says of a file before it is fetched. */
export interface RemoteFile {
  /** In words, for messages: `timm/convnext_tiny.in12k_ft_in1k`. */
  what: string;
  /** Where it is asked for; it may redirect. */
  url: URL;
  bytes: number;
  /** SHA-256, hex; null where the endpoint states none (the hub does for every large file). */
  sha256: string | null;
  /** Names this content at the endpoint, whatever it is. */
  etag: string;
}

/** The file of weights in a repository of the hub. */
const WEIGHTS_FILE = 'model.safetensors';

/**
 * Asks the hub for the size and hash of a repository's weights.
 * @param repository `timm/convnext_tiny.in12k_ft_in1k`
 * @param maxBytes a larger file cannot be these weights
 * @throws GranaryError NO_NETWORK, WEIGHTS_NOT_FOUND, HASH_MISMATCH (larger than possible), CANCELLED
 */
export async function statRemote(
  settings: HubSettings,
  repository: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<RemoteFile> {
  const { endpoint } = settings;
  const url = new URL(
    `${endpoint.origin}${endpoint.pathname.replace(/\/$/, '')}/${repository}/resolve/main/${WEIGHTS_FILE}`,
  );
  // The hub states size and hash beside its redirect to where the file lies; what answers there knows neither.
  const answer = await withRetries(repository, settings, signal, () =>
    askHub(settings, { method: 'HEAD', url, signal, enough: (headers) => 'x-linked-etag' in headers }),
  );
  const { headers, status } = answer;
  await answer.body.dump().catch(() => undefined);
  if (status >= 400) throw refusal(answer, repository, settings);
  const etag = (headers['x-linked-etag'] ?? headers['etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
  const bytes = Number(headers['x-linked-size'] ?? headers['content-length']);
  if (!Number.isSafeInteger(bytes) || bytes <= 0)
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `${answer.url.host} does not say how large the weights of ${repository} are.`,
      `It may be no model hub: check HF_ENDPOINT. ${WITHOUT_HUB}`,
    );
  if (bytes > maxBytes)
    throw notAsStated(repository, `it has ${bytes} bytes, and such a network has ${maxBytes} at most`);
  return { what: repository, url, bytes, sha256: /^[0-9a-f]{64}$/.test(etag) ? etag : null, etag };
}

function refusal({ status, url }: HubAnswer, repository: string, settings: HubSettings): GranaryError {
  const closed = status === 401 || status === 403;
  const token = settings.token === null ? 'HF_TOKEN is not set' : 'HF_TOKEN may not be allowed to';
  return new GranaryError(
    'WEIGHTS_NOT_FOUND',
    `${url.host} has no weights "${repository}" for you (it answered ${status}).`,
    `${closed ? `Where they need a login: ${token}. ` : ''}Check HF_ENDPOINT, or choose another tag (\`granary models --filter ${repository.replace(/^timm\/|\..*$/g, '')}\`). ${WITHOUT_HUB}`,
  );
}
