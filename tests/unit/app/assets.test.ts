import { describe, expect, it } from 'vitest';
import { assetHeaders, contentSecurityPolicy, resolveAsset } from '../../../src-main/app/assets.ts';

const root = '/opt/granary/dist/renderer';

describe('resolveAsset', () => {
  it('serves the page and its files', () => {
    expect(resolveAsset(root, 'granary://app/')).toEqual({
      path: `${root}/index.html`,
      type: 'text/html; charset=utf-8',
    });
    expect(resolveAsset(root, 'granary://app/assets/index-a1.js')?.path).toBe(`${root}/assets/index-a1.js`);
    expect(resolveAsset(root, 'granary://app/assets/index.css?v=1#top')?.type).toBe(
      'text/css; charset=utf-8',
    );
  });

  it.each([
    'granary://app/../../../etc/passwd.html',
    'granary://app/..%2f..%2fmain.js',
    'granary://app/%2e%2e/%2e%2e/app/main.js',
    'granary://app/..%5c..%5capp%5cmain.js',
    'granary://app/assets/%00.js',
    'granary://app/%E0%A4%A.js',
  ])('leaves no way out of its folder: %s', (address) => {
    // Dots that the address itself swallows lead back to the root of the page, never above it.
    expect(resolveAsset(root, address)?.path ?? `${root}/nothing`).toMatch(
      /^\/opt\/granary\/dist\/renderer\//,
    );
  });

  it('refuses encoded ways up outright', () => {
    expect(resolveAsset(root, 'granary://app/..%2f..%2fapp/main.js')).toBeNull();
    expect(resolveAsset(root, 'granary://app/a%5c..%5cb.js')).toBeNull();
  });

  it.each(['granary://other/index.html', 'https://app/index.html', 'file:///etc/passwd', 'nonsense', ''])(
    'answers no other address: %s',
    (address) => expect(resolveAsset(root, address)).toBeNull(),
  );

  it('serves no type that the page does not consist of', () => {
    expect(resolveAsset(root, 'granary://app/main.cjs')).toBeNull();
    expect(resolveAsset(root, 'granary://app/notes')).toBeNull();
  });

  it('does not take a folder with a like name for its own', () => {
    expect(resolveAsset(root, 'granary://app/..%2frenderer-old/index.html')).toBeNull();
  });
});

describe('the security policy', () => {
  it('allows no inline code, no evaluation and no network', () => {
    expect(contentSecurityPolicy).not.toMatch(/unsafe-|https?:|\*/);
    expect(contentSecurityPolicy).toContain("default-src 'none'");
    expect(contentSecurityPolicy).toContain("connect-src 'none'");
    expect(assetHeaders['Content-Security-Policy']).toBe(contentSecurityPolicy);
  });
});
