import { describe, expect, it, vi } from 'vitest';
import { GranaryError } from '../../../shared/errors.ts';
import { channelNames } from '../../../shared/ipc/channel-names.ts';
import { channels, envelopeSchema } from '../../../shared/ipc/channels.ts';
import { answer, isOwnPage, type Sender } from '../../../src-main/ipc/door.ts';

const from = (url: string, parent: unknown = null): Sender =>
  ({ senderFrame: { url, parent } }) as unknown as Sender;
const page = from('granary://app/index.html');

const sweep = { kind: 'ratings', blocks: [{ factors: 5 }] };

describe('isOwnPage', () => {
  it('knows the page', () => {
    expect(isOwnPage(page)).toBe(true);
    expect(isOwnPage(from('granary://app/index.html#runs'))).toBe(true);
  });

  it.each([
    ['another host', from('granary://application/index.html')],
    ['a look-alike', from('granary://app.evil/index.html')],
    ['the network', from('https://example.org/granary://app/')],
    ['a file', from('file:///tmp/page.html')],
    ['a frame inside the page', from('granary://app/index.html', { url: 'granary://app/index.html' })],
    ['a frame that is gone', { senderFrame: null } as Sender],
  ])('refuses %s', (_what, sender) => expect(isOwnPage(sender)).toBe(false));
});

describe('answer', () => {
  it('passes parsed input on and wraps the value', async () => {
    const handler = vi.fn(() => null);
    const envelope = await answer('queue:again', handler as never, page, { runId: 'a-run', extra: 1 });
    expect(envelope).toEqual({ ok: true, value: null });
    expect(handler).toHaveBeenCalledWith({ runId: 'a-run' });
  });

  it('refuses a foreign sender before anything runs', async () => {
    const handler = vi.fn(() => null);
    const envelope = await answer('dataset:stop', handler, from('https://example.org/'), undefined);
    expect(envelope).toMatchObject({ ok: false, error: { code: 'IPC_REFUSED' } });
    expect(handler).not.toHaveBeenCalled();
  });

  it.each([
    ['queue:again', { runId: '../../../etc' }],
    ['queue:again', { runId: 'a/b' }],
    ['queue:perform', { verb: 'cancel' }],
    ['runs:read', 'a-run'],
    ['dataset:inspect', { path: '' }],
    ['dataset:inspect', { path: 'x'.repeat(5000) }],
    ['dataset:stop', { surprise: true }],
    ['queue:add', { dataset: '/d', grid: { version: 1, blocks: [] } }],
    ['dataset:draw-sample', { images: 1e9, seed: 1 }],
    ['ratings:enqueue', { path: '/d/u.data', grid: { kind: 'ratings', blocks: [] } }],
    ['ratings:enqueue', { path: '/d/u.data', grid: { kind: 'ratings', blocks: [{ arch: 'resnet18' }] } }],
    ['ratings:enqueue', { path: '/d', options: { userColumn: 'x'.repeat(5000) }, grid: sweep }],
    ['ratings:preview', { path: '/d/u.data', grid: { blocks: [{ factors: 5 }] } }],
    [
      'ratings:preview',
      { path: '/d', grid: { kind: 'ratings', blocks: [{ factors: Array(2000).fill(5) }] } },
    ],
    ['runs:read-recommender', { runId: '../other' }],
  ] as const)('refuses malformed input on %s: %j', async (channel, input) => {
    const handler = vi.fn();
    const envelope = await answer(channel, handler as never, page, input);
    expect(envelope).toMatchObject({ ok: false, error: { code: 'IPC_INVALID' } });
    expect(handler).not.toHaveBeenCalled();
  });

  it("keeps a failure's code and fix, and sends no stack", async () => {
    const envelope = await answer(
      'dataset:inspect',
      () => {
        throw new GranaryError('DATASET_EMPTY', 'There is no picture.', 'Choose another folder.');
      },
      page,
      { path: '/d' },
    );
    expect(envelope).toEqual({
      ok: false,
      error: { code: 'DATASET_EMPTY', message: 'There is no picture.', fix: 'Choose another folder.' },
    });
    expect(envelopeSchema.safeParse(envelope).success).toBe(true);
  });

  it('turns a bug into INTERNAL and logs its stack in main', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const envelope = await answer(
      'queue:list',
      () => Promise.reject(new TypeError('x is not a function')),
      page,
      undefined,
    );
    expect(envelope).toEqual({ ok: false, error: { code: 'INTERNAL', message: 'x is not a function' } });
    expect(log.mock.calls[0]![0]).toContain('TypeError');
    log.mockRestore();
  });
});

describe('the channel map', () => {
  it('has a schema for every name and no other', () => {
    expect(Object.keys(channels).sort()).toEqual([...channelNames].sort());
  });
});
