import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channelNames } from '../../../shared/ipc/channel-names.ts';
import { channels, envelopeSchema } from '../../../shared/ipc/channels.ts';
import { answer, type Handler, rendererOrigin, type Sender } from '../../../src-main/ipc/door.ts';
import { createHandlers } from '../../../src-main/ipc/index.ts';
import type { Services } from '../../../src-main/ipc/services.ts';
import { questions, seeded } from '../../fixtures/ipc-questions.ts';

const COUNT = 150;
const own = { senderFrame: { url: `${rendererOrigin}/index.html`, parent: null } } as unknown as Sender;

/** What a service may do at its worst, whatever was asked of it. */
const failures: (() => unknown)[] = [
  () => {
    throw new Error('boom');
  },
  () => {
    throw 'a string';
  },
  () => {
    throw undefined;
  },
  () => {
    throw { code: 'NO_SUCH_CODE', message: 7, stack: {} };
  },
  () => undefined,
  () => Object.create(null) as unknown,
];

/** Services every part of which fails, each time in another way. */
function brokenServices(random: () => number): Services {
  const broken = (): unknown => failures[Math.floor(random() * failures.length)]!();
  const session = new Proxy({}, { get: () => broken });
  return new Proxy({ session }, { get: (all, name) => (name === 'session' ? all.session : broken) }) as never;
}

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

describe.each(channelNames)('%s, asked anything', (channel) => {
  it(`answers ${COUNT} questions with an envelope: refused with a code where they are not as its schema says`, async () => {
    const random = seeded([...channel].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
    const handler = createHandlers(brokenServices(random))[channel] as Handler<typeof channel>;
    for (const question of questions(channel, COUNT, random)) {
      const envelope = envelopeSchema.parse(await answer(channel, handler, own, question));
      if (channels[channel].input.safeParse(question).success) continue;
      expect(envelope).toMatchObject({ ok: false, error: { code: 'IPC_INVALID' } });
      if (!envelope.ok) expect(envelope.error.stack).toBeUndefined();
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('answers nobody else', async () => {
    const handler = createHandlers(brokenServices(() => 0))[channel] as Handler<typeof channel>;
    const frames = [
      null,
      { url: 'https://example.org/', parent: null },
      { url: `${rendererOrigin}.evil/`, parent: null },
      { url: `${rendererOrigin}/index.html`, parent: {} },
      { url: 'file:///granary://app/', parent: null },
    ];
    for (const senderFrame of frames)
      expect(await answer(channel, handler, { senderFrame } as unknown as Sender, undefined)).toMatchObject({
        ok: false,
        error: { code: 'IPC_REFUSED' },
      });
  });
});
