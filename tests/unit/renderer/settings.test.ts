import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import { settingsOf } from '../../../src-renderer/views/runs/settings.ts';

const config = (more: Record<string, unknown> = {}): ReturnType<typeof runConfigSchema.parse> =>
  runConfigSchema.parse({
    dataset: '/data/paddy',
    arch: 'resnet18',
    size: { height: 128, width: 96 },
    presize: { height: 192, width: 144 },
    seed: 7,
    ...more,
  });
const differing = (...parameters: Parameters<typeof settingsOf>): string[] =>
  settingsOf(...parameters)
    .filter((setting) => setting.differs)
    .map((setting) => `${setting.name}=${setting.value}`);

describe('settingsOf', () => {
  it('shows only the own choices of a run with the defaults', () => {
    expect(differing(config())).toEqual(['arch=resnet18', 'size=128x96', 'seed=7']);
  });

  it('names what differs beside its default', () => {
    const settings = settingsOf(
      config({ epochs: 12, resize: 'crop', augment: { maxRotate: 25 }, holdout: false }),
    );
    const find = (name: string): unknown => settings.find((setting) => setting.name === name);
    expect(find('epochs')).toEqual({ name: 'epochs', value: '12', standard: '5', differs: true });
    expect(find('resize')).toMatchObject({ value: 'crop', standard: 'squish', differs: true });
    expect(find('augment.maxRotate')).toMatchObject({ value: '25', standard: '10', differs: true });
    expect(find('holdout')).toMatchObject({ value: 'off', standard: 'on', differs: true });
    expect(find('lr')).toMatchObject({ value: '0.002', differs: false });
  });

  it('takes a presize of one and a half times the size for the default', () => {
    expect(differing(config({ presize: { height: 200, width: 150 } }))).toContain('presize=200x150');
  });

  it('says that augmentation is off', () => {
    expect(differing(config({ augment: null }))).toContain('augment=off');
  });

  it('does not show the path of the dataset as a setting', () => {
    expect(settingsOf(config()).some((setting) => setting.name === 'dataset')).toBe(false);
  });
});
