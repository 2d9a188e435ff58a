import { describe, expect, it } from 'vitest';
import { chooseTensorflow, olderThan } from '../../../scripts/setup/machine.mjs';
import { pins } from '../../../scripts/setup/pins.mjs';
import { spaceFor } from '../../../scripts/setup/tensorflow-part.mjs';

const debian = { platform: 'linux', arch: 'x64', node: '20.19.0', glibc: '2.36', avx: true, nvidia: false };

describe('the choice of TensorFlow', () => {
  it('takes the CPU wheel without a card, and the CUDA one with its NVIDIA wheels when there is a driver', () => {
    expect(chooseTensorflow(debian, undefined)).toMatchObject({
      key: 'linux-x64',
      package: 'tensorflow-cpu',
    });
    const cuda = chooseTensorflow({ ...debian, nvidia: true }, undefined);
    expect(cuda).toMatchObject({ key: 'linux-x64-cuda', package: 'tensorflow' });
    expect(cuda.nvidia.map((wheel: { package: string }) => wheel.package)).toContain('nvidia-cudnn-cu12');
  });

  it('can be overridden either way', () => {
    expect(chooseTensorflow({ ...debian, nvidia: true }, 'cpu').key).toBe('linux-x64');
    expect(chooseTensorflow(debian, 'cuda').key).toBe('linux-x64-cuda');
    expect(() => chooseTensorflow(debian, 'tpu')).toThrow(
      expect.objectContaining({ code: 'PLATFORM_UNSUPPORTED' }),
    );
  });

  it('takes the CPU wheel on ARM64, whose wheel has no CUDA, unless CUDA was asked for', () => {
    const arm = { ...debian, arch: 'arm64', nvidia: true };
    expect(chooseTensorflow(arm, undefined).key).toBe('linux-arm64');
    expect(() => chooseTensorflow(arm, 'cuda')).toThrow('no CUDA build');
    expect(chooseTensorflow({ ...arm, platform: 'darwin', glibc: undefined }, undefined).key).toBe(
      'darwin-arm64',
    );
  });

  it.each([
    ['Windows', { ...debian, platform: 'win32' }, /WSL2/],
    ['an Intel Mac', { ...debian, platform: 'darwin', glibc: undefined }, /Apple silicon/],
    ['Alpine', { ...debian, glibc: undefined }, /glibc/],
    ['an old Linux', { ...debian, glibc: '2.26' }, /Debian 10/],
    ['a processor without AVX', { ...debian, avx: false }, /processor/],
    ['an old Node', { ...debian, node: '18.20.4' }, /Node 20\.19/],
  ])('refuses %s with a way out', (_name, machine, fix) => {
    expect(() => chooseTensorflow(machine, undefined)).toThrow(
      expect.objectContaining({ code: 'PLATFORM_UNSUPPORTED', fix: expect.stringMatching(fix) }),
    );
  });
});

it('compares versions by number, not by text', () => {
  expect(olderThan('2.9', '2.27')).toBe(true);
  expect(olderThan('2.27', '2.27')).toBe(false);
  expect(olderThan('20.19', '20.19.0')).toBe(false);
  expect(olderThan('24.0.0', '20.19.0')).toBe(false);
});

describe('the pins', () => {
  const wheels = Object.values(pins.tensorflow)
    .concat(pins['electron-wheel']['linux-x64'])
    .filter((pin): pin is Pin => typeof pin === 'object')
    .flatMap((pin) => [pin, ...(pin.nvidia ?? [])]);

  it.each(wheels.map((pin) => [pin.wheel, pin] as const))('%s is pinned whole', (_wheel, pin) => {
    expect(pin.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(pin.wheel).toContain(pin.platform);
    expect(pin.bytes).toBeGreaterThan(1e6);
    expect(pin.unpackedBytes).toBeGreaterThan(pin.bytes);
  });

  it('asks for room for everything unpacked and one wheel at a time', () => {
    const cuda = pins.tensorflow['linux-x64-cuda'];
    const all = [cuda, ...cuda.nvidia] as Pin[];
    const unpacked = all.reduce((sum, pin) => sum + pin.unpackedBytes, 0);
    expect(spaceFor(all)).toBe(unpacked + Math.max(...all.map((pin) => pin.bytes)));
  });
});

interface Pin {
  wheel: string;
  platform: string;
  sha256: string;
  bytes: number;
  unpackedBytes: number;
  nvidia?: Pin[];
}
