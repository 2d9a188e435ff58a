import type { Command } from 'commander';
import pc from 'picocolors';
import {
  type ArchitectureInfo,
  type PretrainedTag,
  architectures,
  currentName,
  sizesInWords,
} from '../../../shared/architectures/index.ts';
import { downloadSize } from '../../../shared/architectures/download.ts';
import { GranaryError } from '../../../shared/errors.ts';
import { formatImageSize } from '../../../shared/image-size.ts';
import type { CachedWeights } from '../../../shared/ipc/weights.ts';
import { cachedWeights } from '../../hub/cached.ts';
import { formatBytes, formatTable } from '../format.ts';
import { printJson } from '../output.ts';

/** With no more architectures than this, their tags are listed too. */
const DETAILED = 3;

interface Flags {
  filter?: string;
  cached?: boolean;
  json?: boolean;
}

/** `granary models`: the architectures that can be trained, and their pretrained weights. */
export function register(program: Command): void {
  program
    .command('models')
    .description('List the architectures: their size, cost, allowed picture sizes and pretrained weights.')
    .option('--filter <text>', 'only those whose id, family or tag contains this, such as convnext or in12k')
    .option('--cached', 'only those whose pretrained weights are on this machine')
    .option('--json', 'print one JSON object with every fact')
    .addHelpText(
      'after',
      `
Examples:
  $ granary models
  $ granary models --filter vit_large
  $ granary models --filter in12k --json
  $ granary models --cached

GMACs are billions of multiply-adds of one picture of the default size. Write --arch ID for the default weights,
or --arch ID.TAG for others. A list of three architectures or fewer shows their tags. "Cached" counts tags whose weights are on this
machine already; \`granary fetch\` brings others.`,
    )
    .action((flags: Flags) => {
      const here = cachedWeights();
      const isHere = ({ id, tags }: ArchitectureInfo): boolean =>
        tags.some(({ tag }) => here.has(`${id}.${tag}`));
      const found = findArchitectures(flags.filter ?? '').filter(
        (info) => flags.cached !== true || isHere(info),
      );
      if (flags.json === true) printJson({ architectures: found.map((info) => forJson(info, here)) });
      else process.stdout.write(`${describe(found, here).join('\n')}\n`);
    });
}

/**
 * Architectures whose id, family or a tag contains a text, in any case.
 * @throws GranaryError ARCH_UNKNOWN where there are none
 */
export function findArchitectures(text: string): ArchitectureInfo[] {
  const wanted = currentName(text.toLowerCase());
  const found = architectures.filter(({ id, family, tags }) =>
    [id, family, ...tags.map(({ tag }) => `${id}.${tag}`)].some((name) => name.includes(wanted)),
  );
  if (found.length > 0) return found;
  throw new GranaryError(
    'ARCH_UNKNOWN',
    `No architecture has "${text}" in its id, family or tags.`,
    'List them all with `granary models`.',
  );
}

type Here = ReadonlyMap<string, Omit<CachedWeights, 'name'>>;

/** Every fact, with the size rule in words beside it, where the hub has each tag, and whether it is on this machine. */
function forJson(info: ArchitectureInfo, here: Here): object {
  const tags = info.tags.map((tag) => ({
    ...tag,
    repository: `timm/${info.id}.${tag.tag}`,
    cached: here.get(`${info.id}.${tag.tag}`) ?? null,
    download: downloadSize(info, tag),
  }));
  return { ...info, sizesInWords: sizesInWords(info.sizes), tags };
}

/** The list for people: lines without line breaks. */
function describe(found: readonly ArchitectureInfo[], here: Here): string[] {
  const rows = found.map((info) => [
    info.id,
    info.family,
    (info.parameters / 1e6).toFixed(1),
    info.gmacs.toFixed(2),
    formatImageSize(info.defaultSize),
    info.tags[0]?.tag ?? '–',
    String(info.tags.filter(({ tag }) => here.has(`${info.id}.${tag}`)).length || '–'),
    info.license ?? '–',
    sizesInWords(info.sizes),
  ]);
  const left = ['Family', 'Weights', 'Licence', 'Allowed sizes'];
  const headings = [
    'Architecture',
    'Family',
    'M values',
    'GMACs',
    'Size',
    'Weights',
    'Cached',
    'Licence',
    'Allowed sizes',
  ];
  const [head, ...lines] = formatTable(headings, rows, left);
  return [
    pc.bold(head!),
    ...lines,
    ...(found.length <= DETAILED ? found.flatMap((info) => describeTags(info, here)) : []),
    pc.dim(`${found.length} of ${architectures.length} architectures${summary(here)}`),
  ];
}

const whereabouts = {
  ...{
    hub: 'in the cache',
    package: 'in the cache, from a Python package',
    python: 'in the cache of Python',
  },
  none: '–',
} as const;

function download(info: ArchitectureInfo, tag: PretrainedTag): string {
  const { bytes, exact } = downloadSize(info, tag);
  return `${exact ? '' : '~'}${formatBytes(bytes)}`;
}

/** What the machine has in all. */
function summary(here: Here): string {
  if (here.size === 0) return '';
  const bytes = [...here.values()].reduce((sum, cached) => sum + cached.bytes, 0);
  return `; ${here.size} of their weights are on this machine, ${formatBytes(bytes)}`;
}

function describeTags(info: ArchitectureInfo, here: Here): string[] {
  const { id, tags } = info;
  const rows = tags.map((tag) => [
    tag.tag,
    formatImageSize(tag.size),
    tag.classes === 0 ? 'none' : String(tag.classes),
    String(tag.cropPct),
    tag.mean.map((value) => Number(value.toFixed(3))).join(' '),
    tag.std.map((value) => Number(value.toFixed(3))).join(' '),
    tag.license ?? 'not stated',
    download(info, tag),
    whereabouts[here.get(`${id}.${tag.tag}`)?.where ?? 'none'],
  ]);
  const headings = ['Tag', 'Size', 'Classes', 'Crop', 'Mean', 'Deviation', 'Licence', 'Download', 'Cached'];
  const [head, ...lines] = formatTable(headings, rows, ['Mean', 'Deviation', 'Licence', 'Cached']);
  return ['', `${pc.bold(id)}`, pc.dim(head!), ...lines, ''];
}
