import { afterEach, describe, expect, it } from 'vitest';
import { readPictureSchema } from '../../../shared/ipc/pictures.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { PictureService, type Served } from '../../../src-main/pictures/picture-service.ts';
import { readPictures } from '../../../src-main/pictures/read-pictures.ts';
import { datasetOf, temporaryFolder } from '../dataset/pictures.ts';

const services: PictureService[] = [];
afterEach(() => services.splice(0).forEach((service) => service.close()));

const LONG_MS = 30_000;

describe('many pictures in one answer', () => {
  it('reads what is kept, makes the rest only when told to, and says what cannot be shown', async () => {
    const root = await datasetOf({
      'cat/1.jpg': 1,
      'dog/2.jpg': 2,
      'dog/3.jpg': 3,
      'dog/page.jpg': '<html></html>',
    });
    const manifest = await inspectDataset(root);
    const service = new PictureService(await temporaryFolder());
    services.push(service);
    service.catalogue.addDataset(manifest);
    const address = (id: string): Parameters<typeof readPictures>[1][number] => ({
      source: manifest.hash,
      id,
      size: 256,
    });
    const ids = ['cat/1.jpg', 'dog/2.jpg', 'dog/page.jpg', 'never-heard-of'];
    expect(await readPictures(service, ids.map(address), false, LONG_MS)).toEqual([null, null, null, false]);
    const made = await readPictures(service, ids.map(address), true, LONG_MS);
    expect(
      made.map((picture) => (picture instanceof Uint8Array ? [...picture.subarray(0, 3)] : picture)),
    ).toEqual([[0xff, 0xd8, 0xff], [0xff, 0xd8, 0xff], false, false]);
    const kept = await readPictures(service, ids.slice(0, 2).map(address), false, LONG_MS);
    expect(kept).toEqual(made.slice(0, 2));
    // What goes through the channel is these bytes alone, not the memory that they were read into.
    for (const picture of kept)
      expect((picture as Uint8Array).buffer.byteLength).toBe((picture as Uint8Array).length);
    expect(readPictureSchema.safeParse(kept[0]).success).toBe(true);
  });

  it('does not wait for what takes long, and lets it go: whoever still looks at it asks again', async () => {
    const order: string[] = [];
    const dropped: string[] = [];
    const service = {
      read: ({ id }: { id: string }): Promise<Served> => {
        order.push(id);
        return id === 'slow'
          ? new Promise<Served>(() => undefined)
          : Promise.resolve({ status: 200, type: 'image/jpeg', bytes: Buffer.from(id) });
      },
      cancel: (addresses: readonly { id: string }[]): number =>
        dropped.push(...addresses.map(({ id }) => id)),
    };
    const addresses = ['slow', 'quick'].map((id) => ({ source: 'x', id, size: 256 }) as const);
    const answer = await readPictures(service, addresses, true, 5);
    expect(answer[0]).toBeNull();
    expect(answer[1]).toBeInstanceOf(Uint8Array);
    // What is asked last is made first: the first of the list is wanted most.
    expect(order).toEqual(['quick', 'slow']);
    expect(dropped).toEqual(['slow']);
  });

  it('has nothing made once its answer is given, also of what a slow cache told of only then', async () => {
    let told!: () => void;
    const cacheIsRead = new Promise<void>((resolve) => (told = resolve));
    const wanted: boolean[] = [];
    let read!: Promise<Served>;
    const service = {
      read: (_: unknown, make: () => boolean): Promise<Served> =>
        (read = cacheIsRead.then((): Served => {
          wanted.push(make());
          return { status: 204, reason: '' };
        })),
      cancel: (): number => 0,
    };
    expect(await readPictures(service, [{ source: 'x', id: 'late', size: 256 }], true, 1)).toEqual([null]);
    told();
    await read;
    expect(wanted).toEqual([false]);
  });
});
