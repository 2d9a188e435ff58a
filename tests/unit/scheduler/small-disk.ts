import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { buildCli } from '../cli/cli-process.ts';
import { drawPictures, granaryLines } from './real-runs.ts';

/**
 * A small disk of its own (tmpfs) for as long as a test file runs.
 * @param size in tmpfs' notation: "60m". Only root may make a disk; where `mounted` is false there is none.
 */
export function mountDisk(size: string) {
  const disk = mkdtempSync(join(tmpdir(), 'granary-disk-'));
  const mounted =
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  return {
    ...{ mounted, disk },
    /** Whether the disk has another size now. */
    resize: (to: string): boolean => spawnSync('mount', ['-o', `remount,size=${to}`, disk]).status === 0,
  };
}

/** A small disk as the workspace of real runs, and a dataset beside it. @param size as {@link mountDisk}'s */
export function smallDisk(size: string) {
  const folder = mkdtempSync(join(tmpdir(), 'granary-pictures-'));
  const { mounted, disk, resize } = mountDisk(size);
  let cli: { script: string; remove: () => void };
  beforeAll(async () => {
    if (!mounted) return;
    cli = await buildCli();
    await drawPictures(join(folder, 'data'), { pixels: 32, perClass: 12 });
  }, 60_000);
  afterAll(() => {
    if (mounted) cli.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...{ mounted, disk, resize, data: join(folder, 'data') },
    queue: (...args: string[]) => granaryLines({ script: cli.script, workspace: disk }, ['queue', ...args]),
    /** Files that were being written. */
    temporary: (): string[] =>
      readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp')),
  };
}
