import { expect, it } from 'vitest';
import { preferencesChangeSchema, preferencesSchema } from '../../../shared/records/preferences.ts';

it('keeps a baseline for each workspace, by a run’s id and nothing else', () => {
  const baselines = { '/home/me/Granary': '20261123-211500-resnet18-crop-64-k3x9' };
  expect(preferencesChangeSchema.parse({ baselines })).toEqual({ baselines });
  expect(preferencesSchema.parse({}).baselines).toEqual({});
  for (const id of ['', '../elsewhere', 'a/b', 7, null])
    expect(preferencesChangeSchema.safeParse({ baselines: { '/w': id } }).success).toBe(false);
  expect(preferencesChangeSchema.safeParse({ baselines: { '': 'a' } }).success).toBe(false);
});
