import type { DatasetOptions } from '../../shared/records/dataset.ts';

/** What a column of a table of pictures is for. */
export type PictureRole = 'image' | 'target' | 'ignore';

export interface PictureColumn {
  name: string;
  role: PictureRole;
}

/** The columns with one used otherwise; only one names the pictures. */
export function withRole(
  columns: readonly PictureColumn[],
  name: string,
  role: PictureRole,
): PictureColumn[] {
  return columns.map((column) => ({
    name: column.name,
    role: column.name === name ? role : role === 'image' && column.role === 'image' ? 'ignore' : column.role,
  }));
}

/** What is said of columns, by their names. */
export type SaidRoles = Readonly<Record<string, PictureRole>>;

export function saidRoles(columns: readonly PictureColumn[]): SaidRoles {
  return Object.fromEntries(columns.map(({ name, role }) => [name, role]));
}

/** How a dataset with these columns is read; what no column is said to be is guessed. */
export function pictureOptions(columns: readonly PictureColumn[]): DatasetOptions {
  const named = (wanted: PictureRole): string[] =>
    columns.filter(({ role }) => role === wanted).map(({ name }) => name);
  const [imageColumn] = named('image');
  const targetColumns = named('target');
  return {
    ...(imageColumn === undefined ? {} : { imageColumn }),
    ...(targetColumns.length === 0 ? {} : { targetColumns }),
  };
}

/** How a dataset is read anew with these columns: of what was said of them before nothing stays, also where none is a target any more. */
export function withColumns(options: DatasetOptions, columns: readonly PictureColumn[]): DatasetOptions {
  const { imageColumn: _before, ...others } = options;
  return { ...others, targetColumns: [], ...pictureOptions(columns) };
}
