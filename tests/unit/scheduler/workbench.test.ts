import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QueueCommand } from '../../../shared/records/queue.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { exampleManifest, fixtureWorker } from './fixture-worker.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();

describe('a workbench', () => {
  it('trains one run at a time, in order, and writes the queue at each change', async () => {
    const workbench = await home.open();
    const states: string[] = [];
    workbench.on('queue-changed', () =>
      states.push(
        home
          .onDisk()
          .items.map((item) => item.state[0])
          .join(''),
      ),
    );
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
    expect(items.map((item) => item.name)).toEqual([
      'resnet18 squish 32',
      'resnet34 squish 32',
      'resnet50 squish 32',
    ]);
    await workbench.whenIdle();
    expect(states).toEqual(['ppp', 'rpp', 'fpp', 'frp', 'ffp', 'ffr', 'fff']);
    const runs = await workbench.runs();
    expect(runs.map((run) => [run.id, run.state])).toEqual(items.map((item) => [item.runId, 'finished']));
    expect(new Set(runs.map((run) => run.header!.queue))).toEqual(new Set([workbench.queue.id]));
  });

  it.each([
    ['crash', 'WORKER_CRASHED'],
    ['refuse', 'WEIGHTS_NOT_FOUND'],
  ] as const)('goes on after a run that ends by "%s", and keeps its finished epochs', async (fault, code) => {
    const workbench = await home.open(fault);
    const [bad, good] = await workbench.enqueue(dataset, gridOf(['convnext_tiny', 'resnet18']));
    await workbench.whenIdle();
    expect(workbench.queue.items.map((item) => [item.state, item.error?.code])).toEqual([
      ['failed', code],
      ['finished', undefined],
    ]);
    expect((await workbench.run(good!.runId)).state).toBe('finished');
    if (fault === 'refuse') {
      // Nothing was trained, so there is no folder to puzzle anyone.
      expect(existsSync(join(home.path, 'runs', bad!.runId))).toBe(false);
      return;
    }
    const run = await workbench.run(bad!.runId);
    expect(run).toMatchObject({ state: 'failed', result: { status: 'failed', error: { code } } });
    expect(run.epochs).toHaveLength(1);
  });

  it('cancels the run that trains and one that waits; the others go on', async () => {
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '60000';
    const started = new Promise((resolve) => workbench.on('worker-event', resolve));
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50'], 3));
    await started;
    process.env['TEST_EPOCH_MS'] = '1';
    await workbench.perform({ verb: 'cancel', runId: items[1]!.runId, when: 'now' });
    await workbench.perform({ verb: 'cancel', runId: items[0]!.runId, when: 'now' });
    await workbench.whenIdle();
    expect(workbench.queue.items.map((item) => item.state)).toEqual(['cancelled', 'cancelled', 'finished']);
    expect((await workbench.run(items[0]!.runId)).state).toBe('cancelled');
    await expect(workbench.perform({ verb: 'cancel', runId: 'nobody', when: 'now' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  it('paused starts no further run', async () => {
    const workbench = await home.open();
    await workbench.perform({ verb: 'pause' });
    await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('pending');
    await workbench.perform({ verb: 'resume' });
    await workbench.whenIdle();
    expect(workbench.queue.items[0]!.state).toBe('finished');
  });

  it('predicts how long the queue takes, from the run that trains', async () => {
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '20';
    const block = { arch: 'resnet18', size: 32, epochs: 4, seed: [1, 2] };
    await workbench.enqueue(dataset, parseGrid({ blocks: [block] }));
    expect(workbench.etaSeconds()).toBeNull();
    // Asked in the moment of the first step: on a busy machine several are heard of in one go.
    const told = await new Promise<number | null>((resolve) =>
      workbench.on('worker-event', (_runId, event) => {
        if (event.type === 'step') resolve(workbench.etaSeconds());
      }),
    );
    // The worker predicts 3 s for the first run; the second is like it.
    expect(told!).toBeGreaterThan(5.5);
    expect(told!).toBeLessThan(120);
    await workbench.whenIdle();
    expect(workbench.etaSeconds()).toBe(0);
  });

  it('skips combinations of a grid that cannot be trained, with the reason; with no other it queues nothing', async () => {
    const workbench = await home.open();
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet5']));
    expect(items.map((item) => [item.name, item.state, item.error?.code])).toEqual([
      ['resnet18 squish 32', 'running', undefined],
      ['resnet5 squish 32', 'skipped', 'ARCH_UNKNOWN'],
    ]);
    await workbench.whenIdle();
    expect(home.onDisk().items.map((item) => item.state)).toEqual(['finished', 'skipped']);
    await expect(workbench.enqueue(dataset, gridOf(['resnet5', 'resnet6']))).rejects.toMatchObject({
      code: 'ARCH_UNKNOWN',
    });
    await expect(workbench.perform({ verb: 'retry', runId: items[1]!.runId })).rejects.toMatchObject({
      code: 'ARCH_UNKNOWN',
    });
  });

  it('is told what to do with its runs: move, skip, retry, duplicate, cancel after the epoch, clear', async () => {
    const workbench = await home.open();
    await workbench.perform({ verb: 'pause' });
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
    const [a, b, c] = items.map((item) => item.runId) as [string, string, string];
    const order = () => home.onDisk().items.map((item) => item.runId);
    const refused = (command: QueueCommand, code: string) =>
      expect(workbench.perform(command)).rejects.toMatchObject({ code });
    await workbench.perform({ verb: 'move', runId: c, to: 'first' });
    expect(order()).toEqual([c, a, b]);
    await workbench.perform({ verb: 'move', runId: c, to: 'down' });
    expect(order()).toEqual([a, c, b]);
    await workbench.perform({ verb: 'move', runId: a, to: 3 });
    expect(order()).toEqual([c, b, a]);
    await workbench.perform({ verb: 'skip', runId: b });
    await workbench.perform({ verb: 'cancel', runId: a, when: 'now' });
    expect(home.onDisk().items.map((item) => item.state)).toEqual(['pending', 'skipped', 'cancelled']);
    await refused({ verb: 'move', runId: b, to: 'up' }, 'USAGE');
    await refused({ verb: 'skip', runId: 'x' }, 'RUN_NOT_FOUND');
    await workbench.perform({ verb: 'retry', runId: b });
    await workbench.perform({ verb: 'duplicate', runId: c, changes: { lr: 0.01, size: 64 } });
    expect(home.onDisk().items.at(-1)).toMatchObject({
      state: 'pending',
      config: { lr: 0.01, size: { height: 64 }, presize: { height: 96 }, seed: items[2]!.config.seed },
    });
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.perform({ verb: 'resume' });
    await workbench.perform({ verb: 'cancel', runId: c, when: 'after-epoch' });
    await workbench.whenIdle();
    expect(home.onDisk().items.map((item) => item.state)).toEqual([
      'cancelled',
      'finished',
      'cancelled',
      'finished',
    ]);
    expect((await workbench.run(c)).epochs).toHaveLength(1);
    await workbench.perform({ verb: 'retry', runId: c });
    await workbench.whenIdle();
    expect((await workbench.run(c)).epochs).toHaveLength(2);
    const before = home.onDisk().items.map(({ runId, state }) => [runId, state]);
    await workbench.perform({ verb: 'clear' });
    expect(order()).toEqual([]);
    // What was cleared comes back, also after another process has had the queue; and only once.
    await workbench.close();
    const later = await home.openWith({ job: fixtureWorker(), startNothing: true });
    await later.perform({ verb: 'restore' });
    expect(home.onDisk().items.map(({ runId, state }) => [runId, state])).toEqual(before);
    await expect(later.perform({ verb: 'restore' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('takes all that wait out of line at once, and puts them back in their places', async () => {
    const workbench = await home.open();
    await workbench.perform({ verb: 'pause' });
    const items = await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
    const runIds = items.map((item) => item.runId);
    await workbench.perform({ verb: 'skip', runId: runIds[1]! });
    const states = () => home.onDisk().items.map((item) => item.state);
    await workbench.perform({ verb: 'cancel-waiting' });
    expect(states()).toEqual(['cancelled', 'skipped', 'cancelled']);
    await expect(
      workbench.perform({
        verb: 'put-back',
        runs: [
          { runId: runIds[0]!, as: 'pending' },
          { runId: 'nobody', as: 'pending' },
        ],
      }),
    ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(states()).toEqual(['cancelled', 'skipped', 'cancelled']);
    // All or none, and each as it was.
    const back = (...all: [number, 'pending' | 'interrupted'][]) =>
      workbench.perform({ verb: 'put-back', runs: all.map(([k, as]) => ({ runId: runIds[k]!, as })) });
    await back([2, 'interrupted']);
    expect(states()).toEqual(['cancelled', 'skipped', 'interrupted']);
    await workbench.perform({ verb: 'retry', runId: runIds[2]! });
    await expect(back([0, 'pending'], [2, 'pending'])).rejects.toMatchObject({ code: 'USAGE' });
    expect(states()).toEqual(['cancelled', 'skipped', 'pending']);
    // What is not named stays in line; a run that is named twice is one.
    await workbench.perform({ verb: 'cancel-waiting', runIds: [runIds[2]!, runIds[2]!, 'nobody'] });
    await back([2, 'pending']);
    await workbench.perform({ verb: 'cancel-waiting', runIds: [runIds[0]!] });
    expect(states()).toEqual(['cancelled', 'skipped', 'pending']);
    await back([0, 'pending'], [0, 'pending']);
    expect(states()).toEqual(['pending', 'skipped', 'pending']);
    expect(home.onDisk().items.map((item) => item.runId)).toEqual(runIds);
    // What trains goes on.
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.perform({ verb: 'resume' });
    await workbench.perform({ verb: 'cancel-waiting' });
    await workbench.whenIdle();
    expect(states()).toEqual(['finished', 'skipped', 'cancelled']);
  });

  it('takes a column for a target when a grid asks for it', async () => {
    const workbench = await home.open();
    process.env['TEST_MANIFEST'] = JSON.stringify({
      ...exampleManifest,
      columns: [...exampleManifest.columns!, { name: 'age', role: 'ignore', distinct: 9, examples: [] }],
    });
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, targets: ['age'] }] });
    // The fixture worker reads the same manifest again, so the target is still unknown; the error shows what was asked.
    const unknown = await workbench.previewGrid(dataset, grid);
    expect(unknown.runs).toMatchObject([{ error: { code: 'DATASET_BAD_COLUMNS' } }]);
    expect(unknown.seconds).toEqual([null]);
    const { runs: planned } = await workbench.previewGrid(
      {
        ...dataset,
        manifest: {
          ...exampleManifest,
          targets: [...exampleManifest.targets, { ...exampleManifest.targets[0]!, name: 'age' }],
        },
      },
      grid,
    );
    expect(planned[0]!.config.targets).toEqual(['age']);
  });

  it('trains a finished run again, from its own config, under a new id', async () => {
    const workbench = await home.open();
    const [first] = await workbench.enqueue(dataset, gridOf(['resnet18']));
    await workbench.whenIdle();
    const again = await workbench.again(first!.runId);
    expect(again.runId).not.toBe(first!.runId);
    expect(again.config).toEqual(first!.config);
    await workbench.whenIdle();
    expect((await workbench.runs()).map((run) => run.state)).toEqual(['finished', 'finished']);
    await expect(workbench.again('nobody')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('closes in the middle of a queue: the run stops, the others wait for being resumed', async () => {
    const workbench = await home.open();
    process.env['TEST_EPOCH_MS'] = '100';
    await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34'], 50));
    await workbench.close();
    expect(home.onDisk().items.map((item) => item.state)).toEqual(['interrupted', 'interrupted']);
    const next = await home.open();
    const ids = home.onDisk().items.map((item) => item.runId);
    expect((await next.resumeInterrupted()).map((item) => item.runId)).toEqual(ids);
    next.stop('now', 'cancelled');
    await next.whenIdle();
    expect(home.onDisk().items.map((item) => item.state)).toEqual(['cancelled', 'cancelled']);
  });

  it('opens a workspace whose queue file is damaged, and puts it aside', async () => {
    writeFileSync(join(home.path, 'queue.json'), '{"version":1,"items":[{');
    const workbench = await home.open();
    expect(workbench.queue.items).toEqual([]);
    const aside = readdirSync(home.path).find((name) => name.startsWith('queue.json.damaged-'));
    expect(aside).toBeDefined();
    expect(workbench.notice).toContain(join(home.path, aside!));
  });

  it('does not write over a queue file that it cannot open', async () => {
    // Whoever runs the tests may be allowed everything: a folder is what nobody reads as a file.
    mkdirSync(join(home.path, 'queue.json'));
    writeFileSync(join(home.path, 'queue.json', 'kept'), 'x');
    const workbench = await home.open();
    const aside = readdirSync(home.path).find((name) => name.startsWith('queue.json.damaged-'))!;
    expect(readFileSync(join(home.path, aside, 'kept'), 'utf8')).toBe('x');
    expect(workbench.notice).toContain(aside);
  });

  it('leaves the queue of a newer version alone, and says so', async () => {
    const newer = '{"version":2,"items":[],"lanes":["what it has"]}';
    writeFileSync(join(home.path, 'queue.json'), newer);
    await expect(home.open()).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      message: expect.stringContaining('written by a newer version of Granary') as string,
    });
    expect(readFileSync(join(home.path, 'queue.json'), 'utf8')).toBe(newer);
  });
});
