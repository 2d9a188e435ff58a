import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryMarginSchema } from '../../../shared/records/memory-plan.ts';
import {
  changeMemorySettings,
  marginOf,
  readWorkspaceSettings,
} from '../../../src-main/scheduler/workspace-settings.ts';
import { buildCli, granary } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
beforeAll(async () => {
  cli = await buildCli();
}, 60_000);
afterAll(() => cli.remove());
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-settings-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(workspace, { recursive: true, force: true });
});

describe('granary settings', () => {
  it('changes what it is given, keeps the rest, and says where', async () => {
    await granary(cli.script, ['settings', '--when-short', 'wait'], workspace);
    const { out, code } = await granary(cli.script, ['settings', '--margin', '10%,2GB', '--json'], workspace);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ...{ margin: { share: 0.1, least_mb: 2048 }, when_short: 'wait', environment_margin: null },
      path: join(workspace, 'settings.json'),
    });
    expect(readWorkspaceSettings(workspace).memory.whenShort).toBe('wait');
    const wrong = await granary(cli.script, ['settings', '--margin', '99%'], workspace);
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toContain('99%');
    expect(readWorkspaceSettings(workspace).memory.margin.share).toBe(0.1);
  });

  it('puts a damaged file aside, before it writes another', async () => {
    const damaged = '{"version":1,"memory":{"margin":"all"}}';
    writeFileSync(join(workspace, 'settings.json'), damaged);
    await granary(cli.script, ['settings', '--when-short', 'wait'], workspace);
    const aside = readdirSync(workspace).find((name) => name.startsWith('settings.json.damaged-'));
    expect(readFileSync(join(workspace, aside!), 'utf8')).toBe(damaged);
    expect(readWorkspaceSettings(workspace).memory.whenShort).toBe('wait');
  });

  it('keeps to what it understands of a newer version’s file, and leaves it as it is', async () => {
    const newer = '{"version":2,"memory":{"whenShort":"wait","swap":"never"},"colours":1}';
    writeFileSync(join(workspace, 'settings.json'), newer);
    const { code, err } = await granary(cli.script, ['settings', '--margin', '10%'], workspace);
    expect(code).not.toBe(0);
    expect(err).toMatch(/written by a newer version of Granary.*Nothing was changed/s);
    expect(readdirSync(workspace).filter((name) => name.startsWith('settings'))).toEqual(['settings.json']);
    expect(readFileSync(join(workspace, 'settings.json'), 'utf8')).toBe(newer);
    expect(readWorkspaceSettings(workspace).memory.whenShort).toBe('wait');
    expect(marginOf(workspace)).toEqual(memoryMarginSchema.parse({}));
  });

  it('keeps what the file says besides, also what is unknown here', () => {
    const path = join(workspace, 'settings.json');
    writeFileSync(path, '{"version":1,"memory":{"swap":"never","whenShort":"wait"},"colours":{"a":1}}');
    changeMemorySettings(workspace, { margin: { share: 0.2, leastMb: 5 } });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 1,
      memory: { swap: 'never', whenShort: 'wait', margin: { share: 0.2, leastMb: 5 } },
      colours: { a: 1 },
    });
  });

  it('keeps what the file says of the margin besides, when something else changes or the margin itself', () => {
    const path = join(workspace, 'settings.json');
    writeFileSync(path, '{"version":1,"memory":{"margin":{"share":0.25,"leastMb":4000,"mostMb":5}}}');
    changeMemorySettings(workspace, { whenShort: 'wait' });
    const kept = (): unknown => (JSON.parse(readFileSync(path, 'utf8')) as { memory: unknown }).memory;
    expect(kept()).toEqual({ whenShort: 'wait', margin: { share: 0.25, leastMb: 4000, mostMb: 5 } });
    const changed = changeMemorySettings(workspace, { margin: { share: 0.1, leastMb: 7 } });
    expect(changed).toEqual({ whenShort: 'wait', margin: { share: 0.1, leastMb: 7 } });
    expect(kept()).toEqual({ whenShort: 'wait', margin: { share: 0.1, leastMb: 7, mostMb: 5 } });
  });

  it('goes by each setting of a newer version that is understood, whatever the others are', () => {
    const path = join(workspace, 'settings.json');
    writeFileSync(path, '{"version":2,"memory":{"whenShort":"ask","margin":{"share":0.25,"leastMb":4000}}}');
    expect(readWorkspaceSettings(workspace).memory).toEqual({
      whenShort: 'replan',
      margin: { share: 0.25, leastMb: 4000 },
    });
    writeFileSync(
      path,
      '{"version":2,"memory":{"whenShort":"wait","margin":{"share":"some","leastMb":4000}}}',
    );
    expect(readWorkspaceSettings(workspace).memory).toEqual({
      whenShort: 'wait',
      margin: { ...memoryMarginSchema.parse({}), leastMb: 4000 },
    });
    writeFileSync(path, '{"version":2,"memory":"none"}');
    expect(readWorkspaceSettings(workspace).memory).toEqual({
      whenShort: 'replan',
      margin: memoryMarginSchema.parse({}),
    });
  });

  it('is what the scheduler keeps to; a flag wins over the environment, and that over the workspace', () => {
    expect(marginOf(workspace)).toEqual(memoryMarginSchema.parse({}));
    writeFileSync(
      join(workspace, 'settings.json'),
      '{"version":1,"memory":{"margin":{"share":0.2,"leastMb":5}}}',
    );
    expect(marginOf(workspace)).toEqual({ share: 0.2, leastMb: 5 });
    vi.stubEnv('GRANARY_MEMORY_MARGIN', '700MB');
    expect(marginOf(workspace)).toEqual({ share: 0, leastMb: 700 });
    expect(marginOf(workspace, '30%')).toEqual({ share: 0.3, leastMb: 0 });
    vi.stubEnv('GRANARY_MEMORY_MARGIN', 'much');
    expect(() => marginOf(workspace)).toThrow(/much/);
    vi.stubEnv('GRANARY_MEMORY_MARGIN', '');
    writeFileSync(join(workspace, 'settings.json'), '{ broken');
    expect(readWorkspaceSettings(workspace).memory.whenShort).toBe('replan');
  });
});
