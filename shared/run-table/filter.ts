import { GranaryError } from '../errors.ts';
import type { RunRow } from '../ipc/views.ts';
import { type FieldValue, type RunField, fieldNamed } from './fields.ts';
import { compareValues } from './sort.ts';

export type RunTest = (row: RunRow) => boolean;

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

/**
 * Reads a filter: terms with spaces between them, all of which must hold. `key=value`, `!=`, `<`, `<=`, `>`, `>=` and `~`
 * (contains) test a field; several values with commas between them are alternatives; a word alone is looked for in name, id,
 * dataset, tags and note, and must not be there when a minus stands before it. Quotes hold words together; `5%` is 0.05.
 * @param target whose figures are tested; null: those of each run's first target
 * @throws GranaryError USAGE when a term names no field or compares with nothing
 */
export function parseFilter(text: string, fields: readonly RunField[], target: string | null): RunTest {
  const tests = splitTerms(text).map((term) => parseTerm(term, fields, target));
  return (row) => tests.every((test) => test(row));
}

function splitTerms(text: string): string[] {
  return text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

function parseTerm(term: string, fields: readonly RunField[], target: string | null): RunTest {
  const match = /^([A-Za-z][\w.-]*)(<=|>=|!=|=|<|>|~)(.*)$/s.exec(term);
  if (match === null) {
    const without = term.startsWith('-') && term.length > 1;
    const word = unquote(without ? term.slice(1) : term).toLowerCase();
    return (row) => holds(row, word) !== without;
  }
  const field = fieldNamed(fields, match[1]!);
  const operator = match[2] as Operator;
  const values = match[3]!.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map(unquote);
  if (values.every((value) => value === '') && operator !== '=' && operator !== '!=')
    throw new GranaryError(
      'USAGE',
      `"${term}" compares ${field.id} with nothing.`,
      `Write a value after it, such as ${field.id}${operator}${field.kind === 'share' ? '5%' : '1'}.`,
    );
  if (operator === '!=')
    return (row) => !values.some((value) => matches(field.read(row, target), '=', value));
  return (row) => values.some((value) => matches(field.read(row, target), operator, value));
}

function holds(row: RunRow, word: string): boolean {
  return [row.name, row.id, row.dataset ?? '', row.note, ...row.tags].some((text) =>
    text.toLowerCase().includes(word),
  );
}

function matches(value: FieldValue, operator: Exclude<Operator, '!='>, wanted: string): boolean {
  if (value === null || value === '') return operator === '=' && wanted === '';
  if (typeof value === 'object')
    return value.length === 0
      ? operator === '=' && wanted === ''
      : value.some((one) => matches(one, operator, wanted));
  if (operator === '~') return String(value).toLowerCase().includes(wanted.toLowerCase());
  if (operator === '=' && typeof value === 'string') return value.toLowerCase() === wanted.toLowerCase();
  const other = typeof value === 'number' ? toNumber(wanted) : wanted;
  if (typeof other === 'number' && Number.isNaN(other)) return false;
  const order = compareValues(value, other);
  if (operator === '=') return order === 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function toNumber(text: string): number {
  if (text.trim() === '') return NaN;
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
}

function unquote(text: string): string {
  return text.replaceAll('"', '');
}
