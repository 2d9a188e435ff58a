import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../src-main/scheduler/queue-outcome.ts';
import { WorkerBuild } from '../../../src-main/scheduler/worker-build.ts';
import type { Workbench } from '../../../src-main/scheduler/workbench.ts';
import { fixtureWorker, workerPath } from './fixture-worker.ts';
import { TestWorkspace, dataset, gridOf } from './test-workspace.ts';

const home = new TestWorkspace();
const entry = (): string => join(home.path, 'worker.cjs');
/** Puts the script in its place as a package's upgrade does: another file of the same content. */
const upgrade = (): void => {
  copyFileSync(workerPath, `${entry()}.new`);
  renameSync(`${entry()}.new`, entry());
};
const open = (): Promise<Workbench> =>
  home.openWith({ command: 'this test', job: { ...fixtureWorker('good'), entry: entry() } });
/** Each run's state, as it was left for the next holder. */
const states = (): string[] => home.onDisk().items.map(({ state }) => state);

describe('a queue whose workers are no more those that it began with', () => {
  it.each([
    ['upgraded', upgrade, /built anew while it was open.*start it again/],
    ['removed', () => rmSync(entry()), /removed or moved while it was open/],
  ] as const)(
    'pauses when Granary is %s, fails nothing, and goes on with the next',
    async (_, change, says) => {
      upgrade();
      const workbench = await open();
      workbench.on('worker-event', (_id, event) => event.type === 'run-started' && change());
      await workbench.enqueue(dataset, gridOf(['resnet18', 'resnet34', 'resnet50']));
      await workbench.whenDone();
      expect(states()).toEqual(['finished', 'pending', 'pending']);
      expect(workbench.queue.paused).toMatchObject({
        by: 'fault',
        reason: expect.stringMatching(says) as string,
      });
      expect(outcomeOf(workbench.queue).state).toBe('failed');
      // To go on is refused for as long as it is so.
      await workbench.perform({ verb: 'resume' });
      await workbench.whenDone();
      expect(states()).toEqual(['finished', 'pending', 'pending']);
      await workbench.close();

      upgrade();
      const next = await open();
      expect(next.queue.paused).toBeUndefined();
      await next.resumeInterrupted();
      await next.whenDone();
      expect(states()).toEqual(['finished', 'finished', 'finished']);
    },
  );
});

describe("a worker's build", () => {
  it('is the same until another file lies in its place', () => {
    upgrade();
    const build = new WorkerBuild(entry());
    expect(readFileSync(entry(), 'utf8')).not.toBe('');
    expect(build.changed()).toBeNull();
    upgrade();
    expect(build.changed(true)).toContain('was upgraded while it was open');
    expect(new WorkerBuild(entry()).changed()).toBeNull();
    writeFileSync(entry(), 'written over');
    expect(build.changed()).not.toBeNull();
  });

  it('that was never there stops nothing: the first worker says so', () => {
    expect(new WorkerBuild(entry()).changed()).toBeNull();
  });
});
