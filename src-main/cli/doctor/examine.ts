import { cpus } from 'node:os';
import si from 'systeminformation';
import { toErrorPayload } from '../../../shared/errors.ts';
import type { ErrorCode } from '../../../shared/ipc/error-codes.ts';
import { packagedFolder, setUpCommand } from '../../files/packaged.ts';
import { cachePath, workspacePath } from '../../files/paths.ts';
import type { HubReach } from '../../hub/reach.ts';
import { granaryVersion } from '../../files/version.ts';
import { startJob } from '../../scheduler/supervisor.ts';
import { type DiskReport, diskOf } from './disk.ts';
import { packagedElectron } from './electron.ts';
import { missingLibraries } from './libraries.ts';
import { type NvidiaReport, askNvidia } from './nvidia.ts';
import { type SetUpRecord, readSetUpRecord } from '../../files/set-up-record.ts';

/** Something that is missing, and how to get it. `blocks`: nothing can be trained until it is put right. */
export interface Problem {
  code: ErrorCode;
  blocks: boolean;
  message: string;
  fix: string;
}

/** All that `granary doctor --json` prints. Memory and disk in megabytes (10^6), the cards' in MiB. */
export interface DoctorReport {
  granary: string;
  node: string;
  system: { platform: string; arch: string; release: string; wsl: boolean };
  processor: { model: string; threads: number };
  tensorflow: { version: string; variant: string | null; cuda: string | null; devices: string[] } | null;
  /** `missing`: libraries of the system without which it cannot start. */
  electron: { version: string; path: string; missing: string[] } | null;
  nvidia: NvidiaReport | null;
  memory: { freeMb: number; totalMb: number };
  disk: { workspace: DiskReport; cache: DiskReport };
  /** Where pretrained weights come from. */
  hub: HubReach;
  problems: Problem[];
}

/** Below this a run's pixel cache and weights hardly fit. */
const LOW_DISK_MB = 2000;

/** Looks at the machine and trains a tiny step in a worker. Nothing needs to be set up for it but the build. */
export async function examine(workspaceFlag?: string): Promise<DoctorReport> {
  const record = readSetUpRecord();
  const [memory, system, nvidia, native, workspaceDisk, cacheDisk, hub] = await Promise.all([
    si.mem(),
    si.osInfo(),
    askNvidia(),
    checkNative(),
    diskOf(workspacePath(workspaceFlag)),
    diskOf(cachePath()),
    import('../../hub/reach.ts').then(({ reachHub }) => reachHub()),
  ]);
  const report: DoctorReport = {
    granary: granaryVersion,
    node: process.versions.node,
    system: {
      platform: process.platform,
      arch: process.arch,
      release: `${system.distro} ${system.release}`.trim(),
      wsl: /microsoft/i.test(system.kernel),
    },
    processor: { model: cpus()[0]?.model.trim() ?? 'unknown', threads: cpus().length },
    tensorflow:
      native.tensorflow === null
        ? null
        : {
            ...native.tensorflow,
            variant: record?.tensorflow.variant ?? null,
            cuda: record?.tensorflow.cuda ?? null,
          },
    electron: await examineElectron(record),
    nvidia,
    memory: { freeMb: Math.round(memory.available / 1e6), totalMb: Math.round(memory.total / 1e6) },
    disk: { workspace: workspaceDisk, cache: cacheDisk },
    hub,
    problems: native.problem === null ? [] : [native.problem],
  };
  report.problems.push(...findProblems(report, record));
  return report;
}

async function examineElectron(record: SetUpRecord | null): Promise<DoctorReport['electron']> {
  const electron = packagedElectron() ?? record?.electron ?? null;
  return electron === null ? null : { ...electron, missing: await missingLibraries(electron.path) };
}

async function checkNative(): Promise<{
  tensorflow: { version: string; devices: string[] } | null;
  problem: Problem | null;
}> {
  try {
    const { tensorflow, devices } = await startJob({ type: 'native-check' }).result;
    return { tensorflow: { version: tensorflow, devices }, problem: null };
  } catch (error) {
    const { code, message, fix } = toErrorPayload(error);
    return {
      tensorflow: null,
      problem: {
        code: code === 'NATIVE_MISSING' ? code : 'NATIVE_BROKEN',
        blocks: true,
        message: code === 'NATIVE_MISSING' ? message : `TensorFlow does not work: ${message}`,
        fix: code.startsWith('NATIVE') && fix !== undefined ? fix : `Run ${setUpCommand()}.`,
      },
    };
  }
}

/** What else is missing, from the report alone. */
export function findProblems(report: DoctorReport, record: SetUpRecord | null): Problem[] {
  const problems: Problem[] = [];
  const add = (code: ErrorCode, message: string, fix: string): void => {
    problems.push({ code, blocks: false, message, fix });
  };
  if (report.electron === null)
    add('NATIVE_MISSING', 'The desktop app has no Electron; the command line works.', 'Run `npm run setup`.');
  else if (report.electron.missing.length > 0)
    add(
      'NATIVE_MISSING',
      `Electron cannot start without these libraries: ${report.electron.missing.join(', ')}.`,
      packagedFolder() === null
        ? 'Run `npm run setup`: it installs them as root, or prints the command that does.'
        : 'Install them with the package manager; `sudo apt install` of the deb brings them.',
    );
  const sees = report.tensorflow?.devices.some((device) => device.startsWith('GPU')) ?? false;
  if (report.nvidia !== null && report.tensorflow !== null && !sees) {
    const variant = record?.tensorflow.variant ?? '';
    if (variant.endsWith('-cuda'))
      add(
        'NATIVE_BROKEN',
        `TensorFlow does not see the ${report.nvidia.cards[0]?.name ?? 'NVIDIA card'} (driver ${report.nvidia.driver}).`,
        `CUDA 12 needs driver 525.60 or later: update the driver (under WSL2: the one of Windows), then run ${setUpCommand()}.`,
      );
    else
      add(
        'NATIVE_MISSING',
        'There is an NVIDIA card, but this Granary uses the CPU build of TensorFlow.',
        `Run ${setUpCommand()} with GRANARY_TENSORFLOW=cuda.`,
      );
  }
  if (report.hub.state === 'unreachable' || report.hub.state === 'misconfigured')
    add(
      report.hub.state === 'unreachable' ? 'NO_NETWORK' : 'CONFIG_INVALID',
      `The model hub cannot be reached, so only pretrained weights that are on this machine can be used: ${report.hub.reason ?? ''}.`,
      'Check the connection; HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy. `granary models --cached` lists what is here.',
    );
  for (const disk of [report.disk.workspace, report.disk.cache]) {
    if (disk.freeMb < LOW_DISK_MB)
      add(
        'NO_SPACE',
        `Only ${disk.freeMb} MB are free for ${disk.folder}.`,
        'Free some disk, or choose another folder: --workspace or GRANARY_WORKSPACE for runs, GRANARY_CACHE for native parts and weights.',
      );
  }
  return problems;
}
