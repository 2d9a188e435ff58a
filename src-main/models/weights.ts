/** Weights: from a file, a package or the hub, under timm's names; fitted to a model; between timm's and TensorFlow's layout. */
export { timmShape, toTensorFlowLayout, toTimmLayout } from './layout.ts';
export { type MatchedWeights, matchWeights } from './weights/match.ts';
export { type Pretrained, findPretrained } from './weights/find-pretrained.ts';
export { loadPretrained } from './weights/pretrained.ts';
export { readWeightsFile } from './weights/file.ts';
