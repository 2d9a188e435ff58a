import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const before = { ...process.env };
beforeEach(() => {
  vi.resetModules();
  delete process.env['GRANARY_NODE'];
  delete process.env['npm_node_execpath'];
});
afterEach(() => {
  process.env = { ...before };
  Reflect.deleteProperty(process.versions, 'electron');
});

async function nodeBinary(): Promise<string> {
  return (await import('../../../src-main/scheduler/node-binary.ts')).nodeBinary();
}

describe('the Node that workers run on', () => {
  it('is this one, outside Electron', async () => {
    expect(await nodeBinary()).toBe(process.execPath);
  });

  it('is never Electron: GRANARY_NODE, npm’s Node, or the one on the PATH', async () => {
    Object.defineProperty(process.versions, 'electron', { value: '22.3.25', configurable: true });
    process.env['PATH'] = dirname(process.execPath);
    expect(await nodeBinary()).toBe('node');
    vi.resetModules();
    process.env['npm_node_execpath'] = process.execPath;
    expect(await nodeBinary()).toBe(process.execPath);
    process.env['GRANARY_NODE'] = '/bin/sh';
    expect(await nodeBinary()).toBe('/bin/sh');
  });

  it('is missing when there is none, and then says what to do', async () => {
    Object.defineProperty(process.versions, 'electron', { value: '22.3.25', configurable: true });
    process.env['PATH'] = '/nowhere';
    await expect(nodeBinary()).rejects.toMatchObject({
      code: 'NATIVE_MISSING',
      fix: expect.stringContaining('GRANARY_NODE'),
    });
  });
});
