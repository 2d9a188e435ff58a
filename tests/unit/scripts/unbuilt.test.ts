import { describe, expect, it } from 'vitest';
import { notBuilt, reasonIn } from '../../../scripts/package/unbuilt.mjs';

/** What electron-builder 26.17 printed on a machine that does not reach its release page. */
const output = `• electron-builder  version=26.17.0 os=6.18.44
  • building        target=AppImage arch=x64 file=release/Granary-0.1.0.AppImage
  ⨯ failed to build AppImage  error=getaddrinfo ENOTFOUND example.invalid
  ⨯ getaddrinfo ENOTFOUND example.invalid  failedTask=build stackTrace=RequestError: getaddrinfo ENOTFOUND
    at ClientRequest.<anonymous> (node_modules/got/dist/source/core/index.js:970:111)
`;

describe('an installer that could not be made', () => {
  it('is told with its reason and without a stack, after what was made', () => {
    const reason = reasonIn(output);
    expect(reason).toBe('failed to build AppImage  error=getaddrinfo ENOTFOUND example.invalid');
    expect(notBuilt(['deb'], [{ target: 'AppImage', reason }])).toEqual({
      code: 'NO_NETWORK',
      message: `The deb is built, in release/.\nThe AppImage is not built: ${reason}`,
      fix: expect.stringMatching(/^electron-builder fetches .*APPIMAGE_TOOLS_PATH/) as string,
    });
  });

  it('of another cause is none of the network', () => {
    const reason = reasonIn('one\ntwo: dpkg-deb cannot be run\n');
    expect(reason).toContain('dpkg-deb cannot be run');
    expect(notBuilt([], [{ target: 'deb', reason }])).toMatchObject({
      code: 'NATIVE_BROKEN',
      message: `The deb is not built: ${reason}`,
    });
  });
});
