import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchWeights, findCached } from '../../../src-main/hub/fetch-weights.ts';
import { type HubSettings, hubSettings } from '../../../src-main/hub/settings.ts';
import { storeFolder, storedPath } from '../../../src-main/hub/store.ts';
import { FakeHub } from './fake-hub.ts';

const NAME = 'convnext_atto.d2_in1k';
const BOUND = 10e6;
let hub: FakeHub;
let cache: string;

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'granary-hub-'));
  hub = await FakeHub.start();
  vi.stubEnv('GRANARY_CACHE', cache);
  vi.stubEnv('HF_HUB_CACHE', join(cache, 'python'));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_TOKEN', 'secret');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(cache, { recursive: true, force: true });
});

/**
 * Waits short enough for tests. A server that sends nothing for `stallMs` stalls: this process is the server, too, and on a busy machine
 * it stands still itself for some tenths of a second, so that only the test of a stall has little patience.
 */
const settings = (stallMs = 30_000): HubSettings => ({
  ...hubSettings(),
  ...{ backoffMs: 5, stallMs, answerMs: 30_000 },
});
const get = (options = {}, name = NAME) => fetchWeights(name, BOUND, options, settings());
const files = (name = NAME): string[] =>
  existsSync(storeFolder(name)) ? readdirSync(storeFolder(name)) : [];

describe('fetchWeights', () => {
  it('fetches once, follows the redirect without the token, and needs no network afterwards', async () => {
    const { bytes, sha256 } = hub.put(NAME, 300_000);
    const progress: [number, number][] = [];
    const found = await get({ onProgress: (done: number, total: number) => progress.push([done, total]) });
    expect(found).toEqual({ path: storedPath(NAME, sha256), sha256, repository: `timm/${NAME}` });
    expect(readFileSync(found.path).equals(bytes)).toBe(true);
    expect(files()).toEqual([`${sha256}.safetensors`]);
    expect(progress.at(-1)).toEqual([bytes.length, bytes.length]);
    expect(hub.seen.map(({ server, method, authorization }) => [server, method, authorization])).toEqual([
      ['hub', 'HEAD', 'Bearer secret'],
      ['hub', 'GET', 'Bearer secret'],
      ['store', 'GET', undefined],
    ]);
    await hub.stop();
    expect(await get()).toEqual(found);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await get()).toEqual(found);
  });

  it('goes on where a server broke off, as often as it gets further', async () => {
    const { bytes, sha256 } = hub.put(NAME, 400_000);
    hub.coming.push(...Array.from({ length: 7 }, () => ({ type: 'truncate', share: 0.3 }) as const));
    const { path } = await get();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const ranges = hub.downloads.map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
    expect(new Set(ranges).size).toBe(ranges.length);
    expect(files()).toEqual([`${sha256}.safetensors`]);
  });

  it('does not wait for ever on a server that stalls', async () => {
    const { bytes } = hub.put(NAME, 200_000);
    hub.coming.push({ type: 'stall', share: 0.5 });
    const { path } = await fetchWeights(NAME, BOUND, {}, settings(300));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(hub.downloads.length).toBeGreaterThanOrEqual(2);
    expect(hub.downloads[1]!.range).toMatch(/^bytes=[1-9]/);
  });

  it('gives up after five attempts that come no further, and keeps what has arrived', async () => {
    const { bytes } = hub.put(NAME, 200_000);
    hub.coming.push(
      { type: 'truncate', share: 0.5 },
      ...Array.from({ length: 9 }, () => ({ type: 'status', status: 503 }) as const),
    );
    await expect(get()).rejects.toMatchObject({
      code: 'NO_NETWORK',
      fix: expect.stringContaining('--weights none') as string,
    });
    expect(hub.downloads).toHaveLength(5);
    hub.coming.length = 0;
    const { path } = await get();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(hub.downloads.at(-1)!.range).toMatch(/^bytes=[1-9]/);
  });

  it('begins anew where ranges are not known, or the part is not there any more', async () => {
    const { bytes } = hub.put(NAME, 200_000);
    hub.coming.push({ type: 'truncate', share: 0.5 }, { type: 'no-range' });
    expect(readFileSync((await get()).path).equals(bytes)).toBe(true);
    rmSync(cache, { recursive: true });
    hub.coming.push({ type: 'truncate', share: 0.5 }, { type: 'status', status: 416 });
    expect(readFileSync((await get()).path).equals(bytes)).toBe(true);
    expect(hub.downloads.at(-1)!.range).toBeUndefined();
  });

  it.each([
    ['bytes of another hash', { type: 'other' }],
    ['more bytes than were stated', { type: 'longer' }],
  ] as const)('refuses %s, and leaves nothing of it', async (_, behaviour) => {
    hub.put(NAME, 100_000);
    hub.coming.push(behaviour);
    await expect(get()).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    expect(files().filter((file) => file.endsWith('.safetensors'))).toEqual([]);
    await get();
    expect(files()).toHaveLength(1);
  });

  it.each([
    ['another total size', { type: 'other-total' }, 'HASH_MISMATCH'],
    ['another part of the file', { type: 'other-range' }, 'NO_NETWORK'],
  ] as const)('refuses %s', async (_, behaviour, code) => {
    hub.put(NAME, 100_000);
    hub.coming.push({ type: 'truncate', share: 0.5 }, behaviour);
    await expect(get()).rejects.toMatchObject({ code });
  });

  it('believes no size that such weights cannot have, before a byte is fetched', async () => {
    hub.put(NAME, 1000);
    hub.stated = { bytes: BOUND + 1 };
    await expect(get()).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
      message: expect.stringContaining('at most') as string,
    });
    expect(hub.downloads).toEqual([]);
  });

  it('fetches anew what an earlier attempt left damaged', async () => {
    const { bytes, sha256 } = hub.put(NAME, 100_000);
    mkdirSync(storeFolder(NAME), { recursive: true });
    writeFileSync(join(storeFolder(NAME), `${sha256}.part`), Buffer.alloc(50_000));
    expect(readFileSync((await get()).path).equals(bytes)).toBe(true);
    expect(hub.downloads.map(({ range }) => range)).toEqual(['bytes=50000-', undefined]);
  });

  it('takes a file whose endpoint states no hash, named by the hash that it has', async () => {
    const { sha256 } = hub.put(NAME, 100_000);
    hub.stated = { sha256: null };
    expect((await get()).sha256).toBe(sha256);
  });

  it.each([404, 401, 403])('says that there are no such weights on %i, at once', async (status) => {
    hub.statuses.push({ status });
    await expect(get()).rejects.toMatchObject({ code: 'WEIGHTS_NOT_FOUND' });
    expect(hub.seen).toHaveLength(1);
  });

  it('waits as long as a busy server asks for', async () => {
    hub.put(NAME, 50_000);
    hub.statuses.push({ status: 429, retryAfter: '1' }, { status: 503 });
    hub.coming.push({ type: 'status', status: 429, retryAfter: '0' });
    const began = Date.now();
    await get();
    expect(Date.now() - began).toBeGreaterThan(950);
    expect(hub.seen.map(({ server }) => server)).toEqual([
      'hub',
      'hub',
      'hub',
      'hub',
      'store',
      'hub',
      'store',
    ]);
  });

  it.each([
    ['to what is neither http nor https', () => 'file:///etc/passwd', /only http and https/],
    ['in a circle', (path: string) => `${hub.endpoint}${path}`, /more than 5 times/],
    ['to what is no address', () => 'http://[', /no address/],
  ] as const)('refuses to be redirected %s', async (_, location, message) => {
    hub.put(NAME, 1000);
    hub.location = location;
    await expect(get()).rejects.toMatchObject({
      code: 'NO_NETWORK',
      message: expect.stringMatching(message) as string,
    });
  });

  it('says that nobody answers, and how to go on', async () => {
    await hub.stop();
    await expect(get()).rejects.toMatchObject({
      code: 'NO_NETWORK',
      message: expect.stringMatching(
        /^timm\/convnext_atto\.d2_in1k could not be fetched: 127\.0\.0\.1:\d+: nothing answers there/,
      ) as string,
      fix: expect.stringContaining('HF_ENDPOINT') as string,
    });
    vi.stubEnv('HF_HUB_OFFLINE', 'true');
    await expect(get()).rejects.toMatchObject({
      code: 'NO_NETWORK',
      fix: expect.stringContaining(`granary fetch ${NAME}`) as string,
    });
  });

  it('stops when it is cancelled, and keeps what has arrived', async () => {
    const { bytes } = hub.put(NAME, 2_000_000);
    hub.coming.push({ type: 'slow' });
    const controller = new AbortController();
    const fetching = get({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(fetching).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readFileSync((await get()).path).equals(bytes)).toBe(true);
  });

  it('fetches a file once for all who want it', async () => {
    hub.put(NAME, 200_000);
    hub.coming.push({ type: 'slow' });
    const found = await Promise.all([get(), get(), get()]);
    expect(new Set(found.map(({ path }) => path)).size).toBe(1);
    expect(hub.downloads).toHaveLength(1);
  });

  it('fetches again what was damaged in the cache', async () => {
    const { bytes } = hub.put(NAME, 50_000);
    const { path } = await get();
    writeFileSync(path, Buffer.concat([bytes.subarray(0, 40_000), Buffer.alloc(bytes.length - 40_000)]));
    expect(await findCached(NAME)).toBeNull();
    expect(readFileSync((await get()).path).equals(bytes)).toBe(true);
  });
});

describe('the cache', () => {
  it('deletes what was used longest ago, never more than it must', async () => {
    vi.stubEnv('GRANARY_WEIGHTS_CACHE_GB', '0.00025');
    const names = ['resnet18.a1_in1k', 'resnet34.a1_in1k', 'resnet50.a1_in1k'];
    for (const [index, name] of names.entries()) {
      hub.put(name, 100_000);
      const { path } = await get({}, name);
      utimesSync(path, new Date(), new Date(Date.now() - 60_000 * (10 - index)));
      // Using the first makes the second the one that goes.
      if (index === 1) await findCached(names[0]!);
    }
    expect(names.map((name) => files(name).length)).toEqual([1, 0, 1]);
  });

  it('says that weights are larger than all of it may be', async () => {
    vi.stubEnv('GRANARY_WEIGHTS_CACHE_GB', '0.0001');
    hub.put(NAME, 200_000);
    await expect(get()).rejects.toMatchObject({
      code: 'NO_SPACE',
      fix: expect.stringContaining('GRANARY_WEIGHTS_CACHE_GB') as string,
    });
    vi.stubEnv('GRANARY_WEIGHTS_CACHE_GB', 'lots');
    await expect(get()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each(['../x', 'a/b.c', '..', '.a.b', 'noTag'])('is not left by the name %s', (name) => {
    expect(() => storeFolder(name)).toThrow(/names no weights/);
  });

  it('uses what timm has fetched in Python, and nothing that only looks like it', async () => {
    const { bytes, sha256 } = hub.put(NAME, 50_000);
    const folder = join(cache, 'python', `models--timm--${NAME}`);
    const revision = 'a'.repeat(40);
    for (const part of ['blobs', 'refs', `snapshots/${revision}`])
      mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, 'refs', 'main'), revision);
    writeFileSync(join(folder, 'blobs', sha256), bytes);
    const link = join(folder, 'snapshots', revision, 'model.safetensors');
    symlinkSync(join('..', '..', 'blobs', sha256), link);
    expect(await get()).toMatchObject({ path: join(folder, 'blobs', sha256), sha256 });
    expect(hub.seen).toEqual([]);

    writeFileSync(join(folder, 'blobs', sha256), bytes.subarray(1));
    expect(await findCached(NAME)).toBeNull();
    rmSync(link);
    writeFileSync(join(cache, sha256), bytes);
    symlinkSync(join(cache, sha256), link);
    expect(await findCached(NAME)).toBeNull();
  });
});

describe('hubSettings', () => {
  it.each([
    ['ftp://hub', 'HF_ENDPOINT'],
    ['hub', 'HF_ENDPOINT'],
    ['https://me:secret@hub.example.org', 'a password'],
  ])('refuses the endpoint %s, without repeating a password', (endpoint, words) => {
    expect(() => hubSettings({ HF_ENDPOINT: endpoint })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error,
    );
    expect(() => hubSettings({ HF_ENDPOINT: endpoint })).toThrow(words);
    expect(() => hubSettings({ HF_ENDPOINT: endpoint })).not.toThrow('secret');
  });

  it('keeps a path below which a mirror lies', () => {
    expect(hubSettings({ HF_ENDPOINT: 'https://mirror.example.org/hf/' }).endpoint.href).toBe(
      'https://mirror.example.org/hf',
    );
    expect(hubSettings({}).endpoint.href).toBe('https://huggingface.co/');
    expect(hubSettings({ HF_HUB_DOWNLOAD_TIMEOUT: '5' }).stallMs).toBe(5000);
    expect(() => hubSettings({ HF_HUB_DOWNLOAD_TIMEOUT: 'soon' })).toThrow('HF_HUB_DOWNLOAD_TIMEOUT');
  });
});
