import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAttempts } from '../../../src-main/runs/attempts-file.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { buildCli } from '../cli/cli-process.ts';
import { drawPictures, granaryLines } from './real-runs.ts';

let cli: { script: string; remove: () => void };
let folder: string;
beforeAll(async () => {
  cli = await buildCli();
  folder = mkdtempSync(join(tmpdir(), 'granary-limit-'));
  // More than a batch of 32 to train on: steps are tried with whole micro-batches alone.
  await drawPictures(join(folder, 'data'), { pixels: 96, perClass: 24 });
  await drawPictures(join(folder, 'few'), { pixels: 32, perClass: 5 });
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Trains a run on one of the folders, and returns its id and the most data its worker was seen to have, in MiB.
 * @param stop at the end of its first epoch
 */
async function train(
  data: 'data' | 'few',
  flags: string,
  environment: Record<string, string> = {},
  stop = false,
): Promise<[string, number]> {
  const workspace = join(folder, 'ws');
  let [runId, highest] = ['', 0];
  const look = setInterval(() => {
    try {
      const record = readFileSync(join(workspace, 'runs', runId, 'worker.json'), 'utf8');
      const status = readFileSync(`/proc/${(JSON.parse(record) as { pid: number }).pid}/status`, 'utf8');
      highest = Math.max(highest, Number(/VmData:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // Not begun, or gone.
    }
  }, 20);
  const settings = flags.startsWith('--resume') ? [] : [join(folder, data), '--tta', '0', '--seed', '3'];
  const args = ['train', ...settings, ...flags.split(' ')];
  await granaryLines({ script: cli.script, workspace, environment }, args, (line, child) => {
    if (line.type === 'run-started') runId = line['runId'] as string;
    if (line.type === 'epoch' && stop) child.kill('SIGINT');
  });
  clearInterval(look);
  return [runId, highest];
}

const settings = '--arch tf_efficientnet_lite0 --size 96 --batch-size 32 --accum 1';
/** A run of full epochs alone with memory enough, to start from and to compare with. */
let before: ReturnType<typeof train> | undefined;
const measured = (): ReturnType<typeof train> =>
  (before ??= train('data', `${settings} --weights none --epochs 1 --frozen-epochs 0`));

describe.runIf(process.platform === 'linux')('a worker under a limit of the system', () => {
  it(
    'that runs out of memory when it is resumed goes on from its checkpoint with smaller micro-batches',
    { timeout: 200_000 },
    async () => {
      const [first, peakMb] = await measured();
      // With memory enough, and stopped in its second epoch.
      const flags = `${settings} --weights ${first} --frozen-epochs 1 --epochs 1`;
      const [id] = await train('data', flags, {}, true);
      await train('data', `--resume ${id}`, { GRANARY_WORKER_MEMORY: `${Math.round(0.8 * peakMb)}MB` });
      const workspace = join(folder, 'ws');
      const [whole, ...attempts] = readAttempts(join(workspace, 'runs', id));
      const last = attempts.at(-1)!;
      expect(whole).toMatchObject({ accum: 1, outcome: 'CANCELLED' });
      expect(attempts[0]).toMatchObject({ accum: 1, microBatch: 32, outcome: 'WORKER_OUT_OF_MEMORY' });
      expect(last).toMatchObject({ from: { epoch: 1 }, outcome: 'finished' });
      expect(last.reason).toMatch(/^memory did not suffice at accumulation/);
      expect(attempts.length).toBeGreaterThanOrEqual(2);
      for (const [index, { accum, microBatch, outcome }] of attempts.entries()) {
        expect([accum, accum * microBatch]).toEqual([2 ** index, 32]);
        expect(outcome).toBe(index < attempts.length - 1 ? 'WORKER_OUT_OF_MEMORY' : 'finished');
      }
      const run = (await listRuns(workspace)).find((candidate) => candidate.id === id)!;
      expect([run.state, run.header!.config.batchSize]).toEqual(['finished', 32]);
      expect(run.epochs.map(({ epoch, phase }) => [epoch, phase])).toEqual([
        [1, 'frozen'],
        [2, 'full'],
      ]);
    },
  );

  it(
    'that its frozen epoch would not need, but the full ones do, is told so before any of them',
    { timeout: 200_000 },
    async () => {
      const [first, peakMb] = await measured();
      const [id] = await train('data', `${settings} --weights ${first} --frozen-epochs 1 --epochs 1`, {
        GRANARY_WORKER_MEMORY: `${Math.round(0.8 * peakMb)}MB`,
      });
      const attempts = readAttempts(join(folder, 'ws', 'runs', id));
      expect(attempts[0]).toMatchObject({ accum: 1, from: null, outcome: 'WORKER_OUT_OF_MEMORY' });
      expect(attempts[1]).toMatchObject({ accum: 2, from: null });
      expect(attempts.at(-1)).toMatchObject({ outcome: 'finished' });
    },
  );

  it(
    'for which even one picture at a time is too much goes on with checkpointing before it is given up',
    { timeout: 200_000 },
    async () => {
      // Attention over 577 tokens is most of what one picture takes: some 980 MiB, and 760 with checkpointing.
      const settings = '--arch vit_tiny_patch16_224 --size 384 --weights none --epochs 1 --frozen-epochs 0';
      const flags = `${settings} --batch-size 1 --accum 1`;
      const [, peakMb] = await train('few', flags);
      const [id] = await train('few', flags, { GRANARY_WORKER_MEMORY: `${Math.round(0.87 * peakMb)}MB` });
      expect(readAttempts(join(folder, 'ws', 'runs', id))).toMatchObject([
        { microBatch: 1, accum: 1, checkpointing: false, outcome: 'WORKER_OUT_OF_MEMORY' },
        { microBatch: 1, accum: 1, checkpointing: true, outcome: 'finished' },
      ]);
    },
  );
});
