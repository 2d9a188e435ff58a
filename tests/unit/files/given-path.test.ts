import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { givenPath, workspacePath } from '../../../src-main/files/paths.ts';

afterEach(() => void vi.unstubAllEnvs());

it('a variable that is not set names no folder, least of all the one somebody happens to be in', () => {
  expect(() => givenPath(' ')).toThrowError(expect.objectContaining({ code: 'DATASET_NOT_FOUND' }));
  expect(givenPath('.')).toBe(process.cwd());
  expect(() => workspacePath('')).toThrowError(expect.objectContaining({ code: 'USAGE' }));
  vi.stubEnv('GRANARY_WORKSPACE', '');
  expect(workspacePath()).toBe(join(homedir(), 'Granary'));
  vi.stubEnv('GRANARY_WORKSPACE', 'here');
  expect(workspacePath()).toBe(resolve('here'));
});
