import type { Problem } from '../../shared/records/dataset.ts';
import { byCodePoint } from './order.ts';

type Code = Problem['code'];
/** Ids kept in a problem; `count` has them all. */
const MAX_IDS = 1000;

/** The sentence for each finding: `n` counts, `first` is the first id with what is known about it. */
const sentences = {
  unreadable: (n, first) =>
    `${n} ${files(n)} cannot be read as a picture and ${are(n)} left out; the first: ${first}.`,
  truncated: (n, first) =>
    `${n} ${files(n)} end${n === 1 ? 's' : ''} early and ${are(n)} left out; the first: ${first}.`,
  'empty-file': (n, first) => `${n} ${files(n)} ${are(n)} empty and left out; the first: ${first}.`,
  'wrong-extension': (n, first) =>
    `${n} ${files(n)} hold${n === 1 ? 's' : ''} another format than the name says; what is inside counts. The first: ${first}.`,
  'too-many-pixels': (n, first) =>
    `${n} ${files(n)} would unpack to more than 150 million pixels and ${are(n)} left out; the first: ${first}.`,
  'exact-duplicate': (n, first) =>
    `${n} ${files(n)} ${n === 1 ? 'is an exact copy of another. It is' : 'are exact copies of others. They are'} kept, and a split never parts copies. The first: ${first}.`,
  'copy-in-test': (n, first) =>
    `${n} test ${files(n)} ${n === 1 ? 'is an exact copy of a training picture, so scores on it' : 'are exact copies of training pictures, so scores on them'} say little. The first: ${first}.`,
  'conflicting-labels': (n, first) =>
    `${n} ${n === 1 ? 'picture has' : 'pictures have'} two different labels, so ${n === 1 ? 'it trains' : 'they train'} nothing there. The first: ${first}.`,
  'row-without-file': (n, first) =>
    `${n} ${n === 1 ? 'row has' : 'rows have'} no picture; the first: ${first}.`,
  'file-without-row': (n, first) =>
    `${n} ${files(n)} ${are(n)} in no row and left out, for nobody says what they show. The first: ${first}.`,
  'duplicate-row': (n, first) =>
    `${n} ${n === 1 ? 'row repeats' : 'rows repeat'} an earlier one; the first: ${first}.`,
  'missing-label': (n, first) =>
    `${n} ${n === 1 ? 'picture has' : 'pictures have'} no label and ${are(n)} left out; the first: ${first}.`,
  'label-missing-in-part': (n, first) =>
    `${n} ${n === 1 ? 'picture lacks' : 'pictures lack'} the label of one target, which ${n === 1 ? 'it does' : 'they do'} not train. The first: ${first}.`,
  'small-class': (n, first) =>
    `${n} ${n === 1 ? 'class has' : 'classes have'} fewer than 2 pictures: such a class can be trained on or judged, never both. The first: ${first}.`,
  'empty-folder': (n, first) =>
    `${n} ${n === 1 ? 'folder has' : 'folders have'} no picture and ${n === 1 ? 'becomes no class' : 'become no classes'}: no run learns or predicts ${n === 1 ? 'it' : 'them'}. The first: ${first}.`,
  'lost-class': (n, first) =>
    `${n} ${n === 1 ? 'class has' : 'classes have'} no usable picture and ${n === 1 ? 'is' : 'are'} left out: no run learns or predicts ${n === 1 ? 'it' : 'them'}. The first: ${first}.`,
  'similar-class': (n, first) =>
    `${n} classes have names that are the same but for case, blanks or marks, and are learnt as different things. The first: ${first}.`,
  'outside-root': (n, first) =>
    `${n} ${n === 1 ? 'path leads' : 'paths lead'} out of the dataset's folder and ${are(n)} refused; the first: ${first}.`,
} satisfies Record<string, (count: number, first: string) => string>;
type Finding = keyof typeof sentences;

const codeOf: Partial<Record<Finding, Code>> = {
  'copy-in-test': 'exact-duplicate',
  'label-missing-in-part': 'missing-label',
  'empty-folder': 'empty-class',
  'lost-class': 'empty-class',
};

function files(n: number): string {
  return n === 1 ? 'picture' : 'pictures';
}
function are(n: number): string {
  return n === 1 ? 'is' : 'are';
}

type Item = NonNullable<Problem['items']>[number];

function inWords(id: string, { about }: Item): string {
  return about === null ? id : `${id} (${about})`;
}

/** Gathers what the checks find, one problem for each kind of finding. */
export class Problems {
  readonly #found = new Map<
    string,
    { finding: Finding; severity: Problem['severity']; items: Map<string, Item> }
  >();

  /**
   * @param about what is known about this one, for the message: "is html, which is not supported"
   * @param path its file below the root, so that it can be shown; absent where there is none
   */
  add(finding: Finding, severity: Problem['severity'], id: string, about?: string, path?: string): void {
    const key = `${severity} ${finding}`;
    const entry = this.#found.get(key) ?? { finding, severity, items: new Map<string, Item>() };
    this.#found.set(key, entry);
    if (!entry.items.has(id)) entry.items.set(id, { path: path ?? null, about: about ?? null });
  }

  /** Errors first, then by number. */
  list(): Problem[] {
    return [...this.#found.values()]
      .map(({ finding, severity, items }): Problem => {
        const sorted = [...items].sort(([a], [b]) => byCodePoint(a, b));
        return {
          code: codeOf[finding] ?? (finding as Code),
          severity,
          message: sentences[finding](items.size, inWords(...sorted[0]!)),
          ids: sorted.slice(0, MAX_IDS).map(([id]) => id),
          items: sorted.slice(0, MAX_IDS).map(([, item]) => item),
          count: items.size,
        };
      })
      .sort(
        (a, b) => a.severity.localeCompare(b.severity) || b.count - a.count || byCodePoint(a.code, b.code),
      );
  }
}
