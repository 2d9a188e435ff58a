import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'memory:fits' | 'machine:history' | 'memory:settings' | 'memory:change'>;

/** Memory: how runs would fit, and what the user wants of it. */
export function memoryHandlers({ session, machine }: Services): Own {
  return {
    'memory:fits': ({ questions }) => session.fits.answer(questions),
    'machine:history': () => machine.history,
    'memory:settings': () => session.memorySettings,
    'memory:change': ({ margin, whenShort }) =>
      session.changeMemorySettings({
        ...(margin === undefined ? {} : { margin }),
        ...(whenShort === undefined ? {} : { whenShort }),
      }),
  };
}
