import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHash, pipError, sha256, unpackWheel } from '../../../scripts/setup/wheels.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-wheels-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a pinned hash', () => {
  // SHA-256 of "abc", from the standard's own examples (FIPS 180-4).
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('lets the right file pass', async () => {
    const file = join(folder, 'a.whl');
    writeFileSync(file, 'abc');
    expect(await sha256(file)).toBe(abc);
    await expect(checkHash(file, abc)).resolves.toBeUndefined();
    expect(existsSync(file)).toBe(true);
  });

  it('refuses and deletes another', async () => {
    const file = join(folder, 'a.whl');
    writeFileSync(file, 'abd');
    await expect(checkHash(file, abc)).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
      fix: expect.any(String),
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('unpacking a wheel', () => {
  const zip = (): string => {
    const file = join(folder, 'a.whl');
    const script =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w")\n' +
      'for n in ("lib/one.so", "lib/two.h", "python/big.py"): z.writestr(n, n)\nz.close()';
    execFileSync('python3', ['-c', script, file]);
    return file;
  };

  it('takes only what is asked for', async () => {
    await unpackWheel(zip(), join(folder, 'out'), ['lib/one']);
    expect(readFileSync(join(folder, 'out', 'lib', 'one.so'), 'utf8')).toBe('lib/one.so');
    expect(existsSync(join(folder, 'out', 'lib', 'two.h'))).toBe(false);
    expect(existsSync(join(folder, 'out', 'python'))).toBe(false);
  });

  it('refuses a truncated one, and one that lacks what is needed', async () => {
    const file = zip();
    await expect(unpackWheel(file, join(folder, 'out'), ['nvidia/'])).rejects.toMatchObject({
      code: 'NATIVE_BROKEN',
    });
    truncateSync(file, 40);
    await expect(unpackWheel(file, join(folder, 'out'), ['lib/'])).rejects.toMatchObject({
      code: 'NATIVE_BROKEN',
    });
  });
});

describe("pip's failures", () => {
  const pin = {
    package: 'tensorflow-cpu',
    version: '2.21.0',
    wheel: 'tensorflow_cpu-2.21.0.whl',
    bytes: 1e6,
  };
  const notFound = 'ERROR: No matching distribution found for tensorflow-cpu==2.21.0';
  const refused = `WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<object>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/`;

  it.each([
    ['no answer', `${refused}\n${notFound}`, 'NO_NETWORK'],
    ['no name server', `[Errno -3] Temporary failure in name resolution\n${notFound}`, 'NO_NETWORK'],
    [
      'a proxy with its own certificate',
      'SSLError(SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED"))',
      'NO_NETWORK',
    ],
    ['a broken download', 'urllib3.exceptions.IncompleteRead: IncompleteRead(5 bytes read)', 'NO_NETWORK'],
    ['a full disk', 'ERROR: Could not install packages: [Errno 28] No space left on device', 'NO_SPACE'],
    ['a registry without the wheel', notFound, 'PLATFORM_UNSUPPORTED'],
    ['a damaged wheel', 'ERROR: Wheel tensorflow-cpu is invalid: BadZipFile', 'HASH_MISMATCH'],
  ])('%s: a code and a fix', (_name, output, code) => {
    const error = pipError(output, pin);
    expect(error.code).toBe(code);
    expect(error.fix.length).toBeGreaterThan(20);
  });

  it('names the reason in a few words', () => {
    expect(pipError(`${refused}\n${notFound}`, pin).message).toContain('[Errno 111] Connection refused.');
  });
});
