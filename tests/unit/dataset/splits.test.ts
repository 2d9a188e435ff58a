import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byCodePoint } from '../../../src-main/dataset/order.ts';
import { drawSplit, holdoutIds, isHoldout, readSplitFile } from '../../../src-main/dataset/splits.ts';
import { manifestOf } from './manifest-of.ts';

const many = manifestOf(
  Array.from({ length: 2000 }, (_, i) => [`${i}.jpg`, [i % 20 === 0 ? 'rare' : `class${i % 4}`]] as const),
);

describe('hold-out', () => {
  it('is 10 % of the pictures, and the same whatever else is in the dataset', () => {
    const held = holdoutIds(many);
    expect(held.size).toBeGreaterThan(150);
    expect(held.size).toBeLessThan(250);
    const half = manifestOf(many.train.slice(500).map((r) => [r.id, r.labels]));
    const heldOfHalf = holdoutIds(half);
    expect([...heldOfHalf]).toEqual([...held].filter((id) => half.train.some((record) => record.id === id)));
    expect([...held].every(isHoldout)).toBe(true);
  });

  it('keeps to known ids, so that runs of different versions share it', () => {
    expect(
      many.train
        .map((r) => r.id)
        .filter(isHoldout)
        .slice(0, 5),
    ).toEqual(['11.jpg', '16.jpg', '17.jpg', '22.jpg', '40.jpg']);
  });

  it('never takes the last picture of a class', () => {
    const id = many.train.find((record) => isHoldout(record.id))!.id;
    const others = many.train.filter((record) => record.id !== id).slice(0, 50);
    const manifest = manifestOf([...others.map((r) => [r.id, r.labels] as const), [`${id}`, ['only']]]);
    expect(isHoldout(id)).toBe(true);
    expect(holdoutIds(manifest).has(id)).toBe(false);
  });

  it('keeps copies of a picture on one side', () => {
    const rows = Array.from({ length: 400 }, (_, i) => [`${i}.jpg`, ['a'], `sha${i >> 1}`] as const);
    const manifest = manifestOf(rows);
    const held = holdoutIds(manifest);
    const split = drawSplit(manifest, 'label', { seed: 1, validFraction: 0.3, holdout: true });
    expect(held.size).toBeGreaterThan(0);
    for (const set of [split.train, split.valid, split.holdout]) {
      const ids = new Set(set);
      for (const id of ids) expect(ids.has(`${parseInt(id) ^ 1}.jpg`)).toBe(true);
    }
  });
});

describe('drawSplit', () => {
  it('puts every picture in exactly one list, with the asked share in valid', () => {
    const split = drawSplit(many, 'label', { seed: 3, validFraction: 0.2, holdout: true });
    const all = [...split.train, ...split.valid, ...split.holdout];
    expect(new Set(all).size).toBe(2000);
    expect(all.length).toBe(2000);
    expect(split.valid.length).toBe(Math.round(0.2 * (2000 - split.holdout.length)));
    expect(new Set(split.holdout)).toEqual(holdoutIds(many));
    const pure = drawSplit(many, 'label', { seed: 3, validFraction: 0.2, holdout: false });
    expect(pure.holdout).toEqual([]);
    expect(pure.train.length + pure.valid.length).toBe(2000);
  });

  it('differs by seed, repeats by seed, and does not depend on the order of the records', () => {
    const options = { seed: 11, validFraction: 0.2, holdout: true };
    const split = drawSplit(many, 'label', options);
    const reversed = { ...many, train: [...many.train].reverse() };
    expect(drawSplit(reversed, 'label', options)).toEqual(split);
    const other = drawSplit(many, 'label', { ...options, seed: 12 });
    expect(other.valid).not.toEqual(split.valid);
    expect(other.holdout).toEqual(split.holdout);
  });

  it('leaves each class at least one picture to train on', () => {
    const manifest = manifestOf([
      ...Array.from({ length: 30 }, (_, i) => [`c${i}`, ['common']] as const),
      ['p1', ['pair']],
      ['p2', ['pair']],
      ['s', ['single']],
    ]);
    for (let seed = 0; seed < 50; seed++) {
      const { train } = drawSplit(manifest, 'label', { seed, validFraction: 0.9, holdout: true });
      const classes = new Set(train.map((id) => id[0]));
      expect(classes).toEqual(new Set(['c', 'p', 's']));
    }
  });

  it('takes the pictures that have a label in one of the targets', () => {
    const manifest = manifestOf(
      [
        ['a', ['x', null]],
        ['b', ['x', 'v']],
        ['c', [null, 'v']],
        ['d', ['x', 'w']],
        ['e', [null, null]],
      ],
      ['label', 'variety'],
    );
    const options = { seed: 1, validFraction: 0.3, holdout: false };
    const ids = (targets: string | string[]): string[] => {
      const split = drawSplit(manifest, targets, options);
      return [...split.train, ...split.valid].sort();
    };
    expect(ids('label')).toEqual(['a', 'b', 'd']);
    expect(ids('variety')).toEqual(['b', 'c', 'd']);
    expect(ids(['label', 'variety'])).toEqual(['a', 'b', 'c', 'd']);
    expect(() => ids('colour')).toThrow('no target "colour"');
  });

  it('still has something to judge on when every class has one picture, and refuses a single picture', () => {
    const two = manifestOf([
      ['a', ['x']],
      ['b', ['y']],
    ]);
    const split = drawSplit(two, 'label', { seed: 1, validFraction: 0.2, holdout: false });
    expect([split.train.length, split.valid.length]).toEqual([1, 1]);
    const one = manifestOf([['a', ['x']]]);
    expect(() => drawSplit(one, 'label', { seed: 1, validFraction: 0.2, holdout: true })).toThrow(
      /at least 2 are needed/,
    );
  });
});

describe('readSplitFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'granary-split-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const manifest = {
    ...manifestOf(['a', 'b', 'c', 'd'].map((id) => [id, ['x']] as const)),
    problems: [
      { code: 'truncated' as const, severity: 'error' as const, message: 'm', ids: ['broken'], count: 1 },
    ],
  };
  async function read(content: unknown, holdout = false, of = manifest) {
    const path = join(folder, 'split.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readSplitFile(path, of, { holdout });
  }

  it('takes ids and paths, and leaves out what the checks left out', async () => {
    const split = await read({ train: ['c', 'images/a', 'broken'], valid: ['b'] });
    expect(split.train).toEqual(['a', 'c']);
    expect(split.valid).toEqual(['b']);
    expect(split.notes).toEqual([expect.stringContaining("1 of the split file's pictures did not pass")]);
  });

  it('takes the hold-out out of both lists and says so', async () => {
    const ids = many.train.map((record) => record.id);
    const split = await read({ train: ids.slice(0, 1500), valid: ids.slice(1500) }, true, {
      ...many,
      problems: [],
    });
    const held = holdoutIds(many);
    expect([...split.train, ...split.valid].some((id) => held.has(id))).toBe(false);
    expect(split.holdout.length).toBe(held.size);
    expect(split.notes.join()).toContain('--no-holdout');
  });

  it.each([
    ['{', /is not JSON/],
    [{ train: ['a'] }, /valid/],
    [{ train: [], valid: ['a'] }, /train/],
    [{ train: ['a', 'zz'], valid: ['b'] }, /names 1 picture that the dataset does not have, such as "zz"/],
    [{ train: ['a', 'b'], valid: ['b'] }, /"b" in train and in valid/],
    [{ train: ['a', 'a'], valid: ['b'] }, /"a" twice in train/],
    [{ train: ['broken'], valid: ['b'] }, /no usable picture in train/],
  ])('refuses %j', async (content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'SPLIT_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('says when the file is not there', async () => {
    await expect(readSplitFile(join(folder, 'none.json'), manifest, { holdout: true })).rejects.toMatchObject(
      {
        code: 'SPLIT_INVALID',
      },
    );
  });
});

describe('byCodePoint', () => {
  it('sorts as Python does, also beyond the basic plane', () => {
    const sorted = ['a', 'b', 'Z', 'ä', '，', '🌾', '', 'aa'].sort(byCodePoint);
    expect(sorted).toEqual(['', 'Z', 'a', 'aa', 'b', 'ä', '，', '🌾']);
  });
});
