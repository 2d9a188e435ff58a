import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../scheduler/processes.ts';
import { FakeHub } from '../hub/fake-hub.ts';
import { type Answer, buildCli, granary as run } from './cli-process.ts';

const NAME = 'resnet18.a1_in1k';
let cli: { script: string; remove: () => void };
let hub: FakeHub;
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
}, 60_000);
afterAll(() => cli.remove());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'granary-fetch-'));
  hub = await FakeHub.start();
  vi.stubEnv('GRANARY_CACHE', folder);
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'python'));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The command with the worker of this checkout's build. */
const granary = (...args: string[]): Promise<Answer> => run(cli.script, args, join(folder, 'workspace'));
const stored = (): string[] => readdirSync(join(folder, 'hub', NAME)).filter((file) => !file.startsWith('.'));

describe('granary fetch', () => {
  it('goes on where kill -9 cut it off, also when everything was killed', async () => {
    const { bytes, sha256 } = hub.put(NAME, 3_000_000);
    hub.coming.push({ type: 'slow' });
    const child = spawn(process.execPath, [cli.script, 'fetch', NAME, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const part = join(folder, 'hub', NAME, `${sha256}.part`);
    await eventually(() => (statSync(part, { throwIfNoEntry: false })?.size ?? 0) > 100_000);
    const gone = new Promise((resolve) => child.on('close', resolve));
    // The whole group: the command and its worker.
    process.kill(-child.pid!, 'SIGKILL');
    await gone;
    const had = statSync(part).size;
    expect(had).toBeLessThan(bytes.length);

    const { code, out } = await granary('fetch', 'resnet18', '--json');
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({
      type: 'progress',
      stage: `fetching weights ${NAME}`,
      unit: 'bytes',
      total: bytes.length,
    });
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      weights: [{ name: NAME, source: `hub:timm/${NAME}`, sha256 }],
    });
    expect(hub.downloads.at(-1)!.range).toBe(`bytes=${had}-`);
    expect(stored()).toEqual([`${sha256}.safetensors`]);
    expect(readFileSync(join(folder, 'hub', NAME, `${sha256}.safetensors`)).equals(bytes)).toBe(true);

    const models = await granary('models', '--cached', '--json');
    const [found, ...others] = (
      JSON.parse(models.out) as { architectures: { id: string; tags: { tag: string; cached: unknown }[] }[] }
    ).architectures;
    expect([found!.id, others]).toEqual(['resnet18', []]);
    expect(found!.tags[0]).toMatchObject({ tag: 'a1_in1k', cached: { where: 'hub', bytes: bytes.length } });
    expect((await granary('models', '--cached')).out).toMatch(
      /in the cache\n.*\n?1 of \d+ architectures; 1 of their weights are on this machine, 3\.0 MB/s,
    );
  });

  it('fetches what a grid starts from pretrained, by timm’s older names too', async () => {
    hub.put('swin_base_patch4_window7_224.ms_in22k', 5000);
    hub.put('vit_base_patch16_224.mae', 5000);
    const grid = join(folder, 'grid.yaml');
    writeFileSync(
      grid,
      'blocks:\n  - { arch: [swin_base_patch4_window7_224_in22k, vit_base_patch16_224.mae], size: 224 }\n  - { arch: resnet50, size: 64, weights: none }\n',
    );
    const { code, out } = await granary('fetch', '--grid', grid);
    expect(out).toContain('hub:timm/swin_base_patch4_window7_224.ms_in22k');
    expect(out).toContain('hub:timm/vit_base_patch16_224.mae');
    expect(out).not.toContain('resnet50');
    expect(code).toBe(0);
  });

  it('says what cannot be had', async () => {
    const { code, out } = await granary('fetch', 'resnet18', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out.trim())).toMatchObject({ type: 'error', code: 'WEIGHTS_NOT_FOUND' });
    expect((await granary('fetch')).err).toMatch(/^USAGE/);
  });
});

describe('granary train', () => {
  it('queues nothing, and makes no workspace, when the weights cannot be had', async () => {
    await hub.stop();
    const { code, err } = await granary('train', folder, '--arch', 'resnet18', '--size', '64');
    expect(code).toBe(1);
    expect(err).toMatch(/^NO_NETWORK: timm\/resnet18\.a1_in1k could not be fetched: .*nothing answers there/);
    expect(err).toContain('--weights none');
    expect(readdirSync(folder)).not.toContain('workspace');
  }, 60_000);
});
