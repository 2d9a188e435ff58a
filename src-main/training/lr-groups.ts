/** What decides a parameter's learning rate: its depth from the input, or that it belongs to the head. */
interface Deep {
  group: number | 'head';
}

/** Lower body, upper body: fastai's cut of a ResNet (`_resnet_split`), the head being the third group. */
export const BODY_GROUPS = 2;

/**
 * Cuts the body in two by depth. fastai parts a ResNet after its second stage of four; the same rule for every architecture is
 * that layers in the lower half of the depths (the stem is depth 0), the middle one included, are the lower body.
 * @returns the group of each parameter: 0 lower body, 1 upper body, 2 head
 */
export function lrGroupOf(parameters: readonly Deep[]): (parameter: Deep) => number {
  const depths = parameters.flatMap(({ group }) => (group === 'head' ? [] : [group]));
  const middle = Math.max(0, ...depths) / 2;
  return ({ group }) => (group === 'head' ? BODY_GROUPS : group > middle ? 1 : 0);
}

/**
 * Learning rates of all groups, the head last, in a geometric row from `lowestShare` × the head's (fastai's `even_mults`).
 * @returns [BODY_GROUPS + 1]
 */
export function discriminativeRates(headLr: number, lowestShare: number): Float32Array {
  return Float32Array.from(
    { length: BODY_GROUPS + 1 },
    (_, i) => headLr * lowestShare ** (1 - i / BODY_GROUPS),
  );
}
