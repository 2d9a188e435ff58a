import { app, session, type OnBeforeRequestListenerDetails } from 'electron';
import { pictureOrigin } from '../../shared/picture-address.ts';
import { isOwnPage, rendererOrigin } from '../ipc/door.ts';

/**
 * What no page of this app may ever do: go elsewhere, open windows, embed web views, or be given a permission. Set for
 * every web contents that is ever made, so that a window added later cannot forget it.
 */
export function lockDown(): void {
  app.on('web-contents-created', (_created, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-navigate', (event, url) => {
      if (url !== `${rendererOrigin}/index.html`) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
  });
}

/** Permissions are refused without asking: the page needs none. After the app is ready. */
export function refusePermissions(): void {
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  // The page is made of local files only; whatever asks for the network is a fault.
  own.webRequest.onBeforeRequest((details, decide) => {
    const network = /^(?:https?|wss?|ftp|file):/i.test(details.url);
    decide({ cancel: network || !mayHavePicture(details) });
  });
}

/** Pictures of datasets are for `<img>` in our own page's top frame: no other page, no frame, no fetch and no navigation gets one. */
function mayHavePicture({ url, resourceType, frame }: OnBeforeRequestListenerDetails): boolean {
  if (!url.startsWith(`${pictureOrigin}/`)) return true;
  return resourceType === 'image' && isOwnPage({ senderFrame: frame ?? null });
}
