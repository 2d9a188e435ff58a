import type { EpochLog, RunHeader } from '../../shared/records/run-record.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Where a run that was cut off goes on. */
export interface ResumePoint {
  /** As `config.json` has it. */
  header: RunHeader;
  /** The split that the run drew or was given when it began. */
  splitPath: string;
  checkpoint: Checkpoint;
  /** The epochs that the checkpoint covers. */
  epochs: EpochLog[];
}
