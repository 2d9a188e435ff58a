import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { diskOf } from '../../../../src-main/cli/doctor/disk.ts';
import { type DoctorReport, findProblems } from '../../../../src-main/cli/doctor/examine.ts';
import { missingLibraries, parseLdd } from '../../../../src-main/cli/doctor/libraries.ts';
import { askNvidia } from '../../../../src-main/cli/doctor/nvidia.ts';
import { readSetUpRecord } from '../../../../src-main/files/set-up-record.ts';
import { trainsOnCards } from '../../../../src-main/files/card-gauge.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(process.platform === 'win32')("NVIDIA's own report", () => {
  /** A stand-in for nvidia-smi: lines for the monitor's question about cards, the table when it is asked for nothing. */
  const standIn = (lines: string[]): string => {
    const path = join(folder, 'nvidia-smi');
    const script = `#!/bin/sh
case "$*" in
*query-gpu*) printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}; exec sleep 60 ;;
'') echo '| NVIDIA-SMI 550.54.14    Driver Version: 550.54.14    CUDA Version: 12.4     |' ;;
*) exec sleep 60 ;;
esac
`;
    writeFileSync(path, script, { mode: 0o755 });
    return path;
  };

  it('gives driver, CUDA and each card, as the monitor sees them', async () => {
    const program = standIn([
      '0, GPU-a, 550.54.14, 12282, 1282, 11000, 0, 40, 30.5, NVIDIA GeForce RTX 4070',
      '1, GPU-b, 550.54.14, 12288, 11776, 512, 90, 71, 160.0, NVIDIA GeForce RTX 3060',
    ]);
    expect(await askNvidia([join(folder, 'not-there'), program])).toEqual({
      driver: '550.54.14',
      cuda: '12.4',
      cards: [
        { name: 'NVIDIA GeForce RTX 4070', totalMb: 12282, freeMb: 11000 },
        { name: 'NVIDIA GeForce RTX 3060', totalMb: 12288, freeMb: 512 },
      ],
    });
  });

  it('is nothing where there is no driver', async () => {
    expect(await askNvidia([join(folder, 'not-there')])).toBeNull();
  });
});

describe("set-up's record", () => {
  const write = (record: unknown): void => {
    mkdirSync(join(folder, '.native'), { recursive: true });
    writeFileSync(join(folder, '.native', 'setup.json'), JSON.stringify(record));
  };

  it('is read back', () => {
    const record = {
      tensorflow: { version: '2.21.0', variant: 'linux-x64', folder, cuda: null },
      electron: { version: '22.3.25', path: folder },
    };
    write(record);
    expect(readSetUpRecord(join(folder, '.native', 'setup.json'))).toEqual(record);
  });

  it('is read from where the first start of a packaged app has put it', () => {
    const tensorflow = { version: '2.21.0', variant: 'linux-x64-cuda', folder, cuda: '12.5' };
    write({ tensorflow, electron: null });
    vi.stubEnv('GRANARY_SETUP_RECORD', join(folder, '.native', 'setup.json'));
    try {
      expect(readSetUpRecord()).toEqual({ tensorflow, electron: null });
      expect(trainsOnCards()).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('does not name parts that are gone', () => {
    const tensorflow = { version: '2.21.0', variant: 'linux-x64', folder, cuda: null };
    write({ tensorflow, electron: { version: '22.3.25', path: join(folder, 'gone') } });
    expect(readSetUpRecord(join(folder, '.native', 'setup.json'))?.electron).toBeNull();
    write({ tensorflow: { ...tensorflow, folder: join(folder, 'gone') }, electron: null });
    expect(readSetUpRecord(join(folder, '.native', 'setup.json'))).toBeNull();
  });

  it('is null when set-up never ran, or the record is of another shape', () => {
    expect(readSetUpRecord(join(folder, '.native', 'setup.json'))).toBeNull();
    write({ tensorflow: '2.21.0' });
    expect(readSetUpRecord(join(folder, '.native', 'setup.json'))).toBeNull();
  });
});

describe('what is missing', () => {
  const disk = { folder: '/home/me', freeMb: 90_000, totalMb: 100_000 };
  const healthy: DoctorReport = {
    granary: '0.1.0',
    node: '20.19.0',
    system: { platform: 'linux', arch: 'x64', release: 'Debian 12', wsl: false },
    processor: { model: 'a processor', threads: 2 },
    tensorflow: { version: '2.21.0', variant: 'linux-x64', cuda: null, devices: ['CPU:0'] },
    electron: { version: '22.3.25', path: '/electron', missing: [] },
    nvidia: null,
    memory: { freeMb: 8000, totalMb: 16_000 },
    disk: { workspace: disk, cache: disk },
    hub: { endpoint: 'https://hub.example.org', state: 'reached', reason: null },
    problems: [],
  };
  const card = {
    driver: '500.10',
    cuda: '11.7',
    cards: [{ name: 'RTX 3060', totalMb: 12_288, freeMb: 12_000 }],
  };
  const record = (variant: string) => ({
    tensorflow: { version: '2.21.0', variant, folder: '/x', cuda: null },
    electron: null,
  });

  it('is nothing on a machine that is whole', () => {
    expect(findProblems(healthy, record('linux-x64'))).toEqual([]);
    const seen = {
      ...healthy,
      nvidia: card,
      tensorflow: { ...healthy.tensorflow!, devices: ['CPU:0', 'GPU:0'] },
    };
    expect(findProblems(seen, record('linux-x64-cuda'))).toEqual([]);
  });

  it('tells a card without the CUDA build from a CUDA build that does not see its card', () => {
    const [unused] = findProblems({ ...healthy, nvidia: card }, record('linux-x64'));
    expect(unused).toMatchObject({
      code: 'NATIVE_MISSING',
      fix: expect.stringContaining('GRANARY_TENSORFLOW=cuda'),
    });
    const [unseen] = findProblems({ ...healthy, nvidia: card }, record('linux-x64-cuda'));
    expect(unseen).toMatchObject({ code: 'NATIVE_BROKEN', fix: expect.stringContaining('driver 525') });
  });

  it('tells of a hub that is out of reach, but not of one that is left alone on purpose', () => {
    const hub = { endpoint: 'https://hub.example.org', state: 'unreachable', reason: 'no answer' } as const;
    const [problem] = findProblems({ ...healthy, hub }, record('linux-x64'));
    expect(problem).toMatchObject({
      code: 'NO_NETWORK',
      blocks: false,
      message: expect.stringContaining('no answer'),
    });
    expect(findProblems({ ...healthy, hub: { ...hub, state: 'offline' } }, record('linux-x64'))).toEqual([]);
  });

  it('tells of an Electron that cannot start', () => {
    const electron = { version: '22.3.25', path: '/electron', missing: ['libgtk-3.so.0'] };
    const [problem] = findProblems({ ...healthy, electron }, record('linux-x64'));
    expect(problem).toMatchObject({ code: 'NATIVE_MISSING', blocks: false });
    expect(problem?.message).toContain('libgtk-3.so.0');
  });

  it('tells of a missing Electron and of full disks, none of which keeps anyone from training', () => {
    const full = { folder: '/full', freeMb: 100, totalMb: 1000 };
    const problems = findProblems(
      { ...healthy, electron: null, disk: { workspace: full, cache: disk } },
      null,
    );
    expect(problems.map(({ code }) => code)).toEqual(['NATIVE_MISSING', 'NO_SPACE']);
    expect(problems.some(({ blocks }) => blocks)).toBe(false);
  });
});

it('asks ldd which libraries a program lacks', async () => {
  expect(parseLdd('\tlibgtk-3.so.0 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n')).toEqual([
    'libgtk-3.so.0',
  ]);
  expect(await missingLibraries(process.execPath)).toEqual([]);
  expect(await missingLibraries(join(folder, 'no-such-program'))).toEqual([]);
});

it('measures the disk of a folder that is not made yet', async () => {
  const disk = await diskOf(join(folder, 'not', 'yet'));
  expect(disk.totalMb).toBeGreaterThan(0);
  expect(disk.freeMb).toBeLessThanOrEqual(disk.totalMb);
});
