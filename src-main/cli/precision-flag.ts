import { Option } from 'commander';
import { precisionSchema } from '../../shared/records/precision.ts';

/** `--precision` of the commands that train or ask what training takes; commander refuses other words and names these. */
export function precisionOption(): Option {
  return new Option(
    '--precision <type>',
    'what products are computed in while training; float32 (the default), or bfloat16: about two thirds of the time on a processor with AMX',
  ).choices(precisionSchema.options);
}
