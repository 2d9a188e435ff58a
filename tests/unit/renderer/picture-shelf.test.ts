import { describe, expect, it } from 'vitest';
import type { ReadPicture } from '../../../shared/ipc/pictures.ts';
import { PictureShelf } from '../../../src-renderer/state/picture-shelf.ts';

interface Question {
  ids: readonly string[];
  make: boolean;
  answer: (pictures: ReadPicture[]) => void;
}

/** A shelf, and what it has asked so far. */
function shelf(most?: number): { pictures: PictureShelf; asked: Question[] } {
  const asked: Question[] = [];
  const read = (ids: readonly string[], make: boolean): Promise<ReadPicture[]> =>
    new Promise((answer) => asked.push({ ids, make, answer }));
  return { pictures: new PictureShelf('abc', read, most), asked };
}

const jpeg = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('pictures at hand for a grid', () => {
  it('asks for many at once, those in sight first, and for each only once', async () => {
    const { pictures, asked } = shelf();
    pictures.want(['a', 'b'], ['c']);
    pictures.want(['a', 'b'], ['c', 'd']);
    expect(asked.map(({ ids, make }) => ({ ids, make }))).toEqual([{ ids: ['a', 'b', 'c'], make: false }]);
    expect(pictures.picture('a')).toBeNull();
    asked[0]!.answer([jpeg(1), jpeg(2), jpeg(3)]);
    await settled();
    expect(['a', 'b', 'c'].map((id) => pictures.picture(id))).toEqual([jpeg(1), jpeg(2), jpeg(3)]);
    expect(asked.slice(1).map(({ ids, make }) => ({ ids, make }))).toEqual([{ ids: ['d'], make: false }]);
  });

  it('has those made that no cache holds, but only while they are in sight', async () => {
    const { pictures, asked } = shelf();
    pictures.want(['a'], ['b']);
    asked[0]!.answer([null, null]);
    await settled();
    expect(asked.slice(1).map(({ ids, make }) => ({ ids, make }))).toEqual([{ ids: ['a'], make: true }]);
    // It was not made in time, and is not looked at any more.
    pictures.want(['b'], []);
    asked[1]!.answer([null]);
    await settled();
    expect(asked.slice(2).map(({ ids, make }) => ({ ids, make }))).toEqual([{ ids: ['b'], make: true }]);
    asked[2]!.answer([false]);
    await settled();
    expect(pictures.picture('b')).toBe(false);
    expect(asked.length).toBe(3);
  });

  it('lets go of those seen longest ago when there are too many bytes', async () => {
    const { pictures, asked } = shelf(100);
    pictures.want(['a', 'b'], []);
    asked[0]!.answer([jpeg(40), jpeg(40)]);
    await settled();
    // Seen again: now b is the one seen longest ago.
    pictures.want(['a', 'c'], []);
    asked[1]!.answer([jpeg(40)]);
    await settled();
    expect(['a', 'b', 'c'].map((id) => pictures.picture(id) !== null)).toEqual([true, false, true]);
    pictures.fail('c');
    expect(pictures.picture('c')).toBe(false);
  });

  it('keeps what is wanted, also more than it is to hold, and asks for it once', async () => {
    const { pictures, asked } = shelf(100);
    pictures.want(['a', 'b'], ['c']);
    asked[0]!.answer([jpeg(90), jpeg(90), jpeg(90)]);
    await settled();
    expect(['a', 'b', 'c'].map((id) => pictures.picture(id) !== null)).toEqual([true, true, true]);
    expect(asked.length).toBe(1);
    // Those that are wanted no more go with the next answer.
    pictures.want(['d'], []);
    asked[1]!.answer([jpeg(5)]);
    await settled();
    expect(['a', 'b', 'c', 'd'].map((id) => pictures.picture(id) !== null)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('asks again after an answer that was lost', async () => {
    let times = 0;
    const pictures = new PictureShelf('abc', () => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('gone')) : Promise.resolve([jpeg(5)]);
    });
    pictures.want(['a'], []);
    await settled();
    expect(pictures.picture('a')).toBeNull();
    pictures.want(['a'], []);
    await settled();
    expect(pictures.picture('a')).toEqual(jpeg(5));
  });
});
