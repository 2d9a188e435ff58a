import { afterEach, expect, it } from 'vitest';
import { trainQueue } from '../../../src-main/cli/train-queue.ts';
import { fixtureWorker } from '../scheduler/fixture-worker.ts';
import { TestWorkspace, dataset, gridOf } from '../scheduler/test-workspace.ts';

const home = new TestWorkspace();
// A command that was interrupted says so by its process's code, and this process is the tests'.
afterEach(() => void (process.exitCode = undefined));

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while runs are prepared is not forgotten once they are queued',
  async (signal) => {
    const before = await home.open('good');
    process.env['TEST_EPOCH_MS'] = '50';
    const [left] = await before.enqueue(dataset, gridOf(['resnet18'], 40));
    await before.close();
    const [item] = await trainQueue({
      ...{ workspace: home.path, command: 'this test', json: true, stopAs: 'cancelled' },
      launch: { job: fixtureWorker('good') },
      what: async (workbench) => {
        // Ours is the newest; the others are the test runner's.
        (process.listeners(signal).at(-1) as () => void)();
        return [await workbench.resumeRun(left!.runId)];
      },
    });
    expect(item).toMatchObject({ runId: left!.runId, state: 'cancelled' });
    expect(process.exitCode).toBe(130);
  },
);
