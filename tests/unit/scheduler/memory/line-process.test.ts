import { expect, it, vi } from 'vitest';
import { LineProcess } from '../../../../src-main/scheduler/memory/line-process.ts';

it('sends no signal when it is stopped before a missing program has failed', () => {
  const heard = vi.fn();
  const onTerminate = vi.fn();
  process.on('SIGTERM', onTerminate);
  const loop = new LineProcess('/no/such/program', [], { line: () => undefined, ended: heard });
  loop.start();
  loop.stop();
  return new Promise<void>((resolve) => setTimeout(resolve, 200)).then(() => {
    process.off('SIGTERM', onTerminate);
    expect(onTerminate).not.toHaveBeenCalled();
    expect(heard).not.toHaveBeenCalled();
  });
});
