import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Every Markdown file that readers come by. */
const pages = [
  join(root, 'README.md'),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name)),
];

/** Pictures that the pages name, as paths in the checkout. */
const named = new Set(
  pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/(?:\]\(|src(?:set)?=")([^)"]+\.(?:png|jpg|svg))[)"]/g)].map(
      ([, path]) => relative(root, resolve(dirname(page), path!)),
    ),
  ),
);
const there = ['docs/screenshots', 'docs/images'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
);

it('names every picture of the guide, and none that is not there', () => {
  expect([...named].sort()).toEqual(there.sort());
});

it('has pictures that load quickly', () => {
  expect(there.filter((path) => statSync(join(root, path)).size > 200_000)).toEqual([]);
});
