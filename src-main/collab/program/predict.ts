import type { Session } from '../../graph/session.ts';

/** Runs the fetch `eval` over any number of rows, `evalBatch` a call; the last call is filled up. */
export function predictRows(
  session: Session,
  evalBatch: number,
  user: Int32Array,
  item: Int32Array,
): Float32Array {
  const predictions = new Float32Array(user.length);
  for (let at = 0; at < user.length; at += evalBatch) {
    const to = Math.min(user.length, at + evalBatch);
    const part = (values: Int32Array): Int32Array => {
      const whole = new Int32Array(evalBatch);
      whole.set(values.subarray(at, to));
      return whole;
    };
    const [out] = session.run(
      [
        { name: 'eval/user', shape: [evalBatch], values: part(user) },
        { name: 'eval/item', shape: [evalBatch], values: part(item) },
      ],
      ['eval'],
    );
    predictions.set((out as Float32Array).subarray(0, to - at), at);
  }
  return predictions;
}
