import { granaryVersion } from '../files/version.ts';
import type { Handlers } from './door.ts';
import type { Services } from './services.ts';

type Own = Pick<
  Handlers,
  | 'app:state'
  | 'workspace:choose'
  | 'menu:views'
  | 'setup:state'
  | 'setup:start'
  | 'preferences:read'
  | 'preferences:write'
>;

export function appHandlers(services: Services): Own {
  const { session, chooseFolder, openWorkspace, versions } = services;
  return {
    'app:state': () => ({
      version: granaryVersion,
      workspace: session.state,
      recovered: services.recovered(),
      notice: services.notice(),
      versions,
    }),
    async 'workspace:choose'() {
      const path = await chooseFolder('Open a workspace', 'Use this folder');
      if (path === null) return null;
      await openWorkspace(path);
      return session.state;
    },
    'menu:views'(views) {
      services.showViews(views);
      return null;
    },
    'setup:state': () => services.setUp.state,
    'setup:start'() {
      services.setUp.start();
      return null;
    },
    'preferences:read': () => services.preferences(),
    'preferences:write': (changed) => services.changePreferences(changed),
  };
}
