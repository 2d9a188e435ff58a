export { type OptimizerState, Program } from './program.ts';
export { oneBodyGroup, recordProgram } from './record.ts';
export type * from './spec.ts';
