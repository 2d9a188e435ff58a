import { GranaryError } from '../../shared/errors.ts';

/** What a stopped job throws. */
export function cancelled(): GranaryError {
  return new GranaryError('CANCELLED', 'Stopped as asked.');
}
