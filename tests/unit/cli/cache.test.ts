import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../../../shared/workspace-layout.ts';
import { WorkspaceLock } from '../../../src-main/scheduler/lock.ts';
import { buildCli, granary } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
const place = (...names: string[]): string => join(workspace, ...names);
beforeAll(async () => {
  cli = await buildCli();
}, 60_000);
afterAll(() => cli.remove());
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-cache-'));
  const files = {
    [join(layout.pixels, 'paddy', 'a.bin')]: 3000,
    [join(layout.pixels, 'b.bin')]: 1000,
    [join(layout.thumbnails, 'ab', 'c.jpg')]: 500,
    [join(layout.previews, 'd.png')]: 250,
    [join('runs', 'one', 'config.json')]: 10,
  };
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(place(name)), { recursive: true });
    writeFileSync(place(name), Buffer.alloc(bytes));
  }
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

interface Listed {
  caches: { name: string; bytes: number; files: number }[];
  cleared: string | null;
}
async function listed(...flags: string[]): Promise<{ sizes: Record<string, number[]>; cleared: unknown }> {
  const { out, code } = await granary(cli.script, ['cache', '--json', ...flags], workspace);
  expect(code).toBe(0);
  const { caches, cleared } = JSON.parse(out) as Listed;
  return {
    sizes: Object.fromEntries(caches.map(({ name, bytes, files }) => [name, [bytes, files]])),
    cleared,
  };
}

describe('granary cache', () => {
  it('tells what each takes, and clears the one that is named and nothing else', async () => {
    const before = await listed();
    expect(before).toMatchObject({ sizes: { pixels: [4000, 2], thumbnails: [750, 2], imports: [0, 0] } });
    expect(before.cleared).toBeNull();
    const after = await listed('--clear', 'pixels');
    expect(after.cleared).toBe('pixels');
    expect(after.sizes).toMatchObject({ pixels: [0, 0], thumbnails: [750, 2] });
    expect(existsSync(place(layout.pixels))).toBe(false);
    // Thumbnails and previews are told and cleared together.
    expect((await listed('--clear', 'thumbnails')).sizes['thumbnails']).toEqual([0, 0]);
    expect(existsSync(place('runs', 'one', 'config.json'))).toBe(true);
    // What is empty is cleared without a complaint.
    expect((await listed('--clear', 'pixels')).cleared).toBe('pixels');
  });

  it('clears nothing while somebody has the workspace, and knows no other names', async () => {
    const lock = WorkspaceLock.acquire(workspace, 'granary queue');
    const held = await granary(cli.script, ['cache', '--clear', 'pixels', '--json'], workspace);
    lock.release();
    expect(held.code).not.toBe(0);
    expect(`${held.out}${held.err}`).toContain('WORKSPACE_LOCKED');
    expect(existsSync(place(layout.pixels, 'b.bin'))).toBe(true);
    const wrong = await granary(cli.script, ['cache', '--clear', 'runs'], workspace);
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toContain('pixels');
    expect(existsSync(place('runs', 'one', 'config.json'))).toBe(true);
  });
});
