import { describe, expect, it } from 'vitest';
import { pictureFilterSchema } from '../../../shared/ipc/pictures.ts';
import { browsePictures, crossTable } from '../../../src-main/pictures/browse.ts';
import { manifestOf } from '../dataset/manifest-of.ts';

const manifest = manifestOf(
  [
    ['a.jpg', ['blast', 'ADT45']],
    ['b.jpg', ['blast', 'IR20']],
    ['c.jpg', ['normal', 'ADT45']],
    ['d.jpg', ['blast', null]],
    ['e.jpg', [null, 'IR20']],
  ],
  ['disease', 'variety'],
);
const ids = (filter: Parameters<typeof pictureFilterSchema.parse>[0], offset = 0, limit = 10): string[] =>
  browsePictures(manifest, pictureFilterSchema.parse(filter), offset, limit).pictures.map(({ id }) => id);

describe('browsing a dataset', () => {
  it('filters by labels, missing ones among them, and by words', () => {
    expect(ids({ labels: [{ target: 'disease', label: 'blast' }] })).toEqual(['a.jpg', 'b.jpg', 'd.jpg']);
    expect(
      ids({
        labels: [
          { target: 'disease', label: 'blast' },
          { target: 'variety', label: null },
        ],
      }),
    ).toEqual(['d.jpg']);
    expect(ids({ search: ' C.J' })).toEqual(['c.jpg']);
    expect(ids({ labels: [{ target: 'age', label: '45' }] })).toEqual([]);
    expect(ids({ set: 'test' })).toEqual([]);
    expect(ids({ size: { height: 4, width: 5 } })).toEqual([]);
  });

  it('gives pages that together are everything', () => {
    const filter = pictureFilterSchema.parse({});
    expect(browsePictures(manifest, filter, 0, 2)).toMatchObject({ total: 5 });
    expect([...ids({}, 0, 2), ...ids({}, 2, 2), ...ids({}, 4, 2)]).toEqual(ids({}));
    expect(ids({}, 5, 2)).toEqual([]);
  });

  it('counts which classes meet; pictures without either label count nowhere', () => {
    expect(crossTable(manifest, 'disease', 'variety')).toEqual({
      rows: ['blast', 'normal'],
      columns: ['ADT45', 'IR20'],
      counts: [
        [1, 1],
        [1, 0],
      ],
    });
    expect(crossTable(manifest, 'disease', 'age')).toEqual({
      rows: ['blast', 'normal'],
      columns: [],
      counts: [[], []],
    });
  });
});
