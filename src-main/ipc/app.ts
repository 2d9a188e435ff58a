import { granaryVersion } from '../files/version.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<Handlers, 'app:state' | 'workspace:choose'>;

export function appHandlers({ session, chooseFolder, openWorkspace, versions }: Services): Own {
  return {
    'app:state': () => ({ version: granaryVersion, workspace: session.state, versions }),
    async 'workspace:choose'() {
      const path = await chooseFolder('Open a workspace', 'Use this folder');
      if (path === null) return null;
      await openWorkspace(path);
      return session.state;
    },
  };
}
