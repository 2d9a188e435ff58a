import { join, normalize, sep } from 'node:path';
import { pictureOrigin } from '../../shared/picture-address.ts';

/** Only what the built page consists of is served; a type that is not here is not a file of ours. */
const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
};

/**
 * Scripts and styles come from our own files and nowhere else, nothing is fetched from a network, nothing frames us, and
 * no string becomes markup except through Svelte's own templates.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `img-src 'self' data: ${pictureOrigin}`,
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

/** Headers of every answer. */
export const assetHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const;

/**
 * Headers of a picture. A dataset's hash stands for its bytes, so what was served once need not be asked for again while the window
 * is open; a refusal may be otherwise the next time.
 */
export function pictureHeaders(found: boolean): Record<string, string> {
  return {
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': found ? 'private, max-age=86400, immutable' : 'no-store',
  };
}

/** The file behind a `granary://app/…` address, or null where there is none to be had: other hosts, other types, or a way out of `root`. */
export function resolveAsset(root: string, address: string): { path: string; type: string } | null {
  let url: URL;
  let name: string;
  try {
    url = new URL(address);
    name = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (url.protocol !== 'granary:' || url.host !== 'app') return null;
  if (name === '' || name === '/') name = '/index.html';
  if (name.includes('\0') || name.includes('\\')) return null;
  const base = normalize(root);
  const path = normalize(join(base, name));
  if (!path.startsWith(base.endsWith(sep) ? base : base + sep)) return null;
  const type = types[/\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''];
  return type === undefined ? null : { path, type };
}
