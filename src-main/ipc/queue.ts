import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  'grid:preview' | 'queue:add' | 'queue:list' | 'queue:perform' | 'queue:again' | 'queue:resume'
>;

export function queueHandlers({ session }: Services): Own {
  return {
    'grid:preview': ({ dataset, options, grid }) => session.preview(dataset, options, grid),
    'queue:add': ({ dataset, options, grid }) => session.enqueue(dataset, options, grid),
    'queue:list': () => session.queue,
    async 'queue:perform'(command) {
      await session.perform(command);
      return null;
    },
    'queue:again': ({ runId }) => session.again(runId),
    'queue:resume': () => session.resumeInterrupted(),
  };
}
