import type { Manifest } from '../../shared/records/dataset.ts';

/** A picture as a reader found it; nobody has looked into its file yet. */
export interface Entry {
  id: string;
  /** Path below the root, with forward slashes. */
  path: string;
  /** In the order of the reading's targets; null where missing. */
  labels: (string | null)[];
}

/** What a reader makes of a dataset's files and tables. */
export interface Reading {
  format: Manifest['format'];
  /** Names of what is to be predicted, the main one first. */
  targets: string[];
  columns?: Manifest['columns'];
  /** Of each target: the labels that a table gives, also where their pictures are missing; undefined where there is no table. */
  given?: ReadonlySet<string>[];
  train: Entry[];
  test: Entry[];
  /** Paths that a table names, usable or not; undefined where there is no table. */
  listed?: ReadonlySet<string>;
  sampleSubmission?: Manifest['sampleSubmission'];
  notes: string[];
}
