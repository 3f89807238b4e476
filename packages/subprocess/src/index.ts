export { type Chain, type ChainRequest, runChain } from './chain.ts';
export { type Environment, minimalEnvironment } from './environment.ts';
export { failureOf, type StorageSide } from './failure.ts';
export { findProgram } from './find-program.ts';
export { type JoinedStages, type JoinRequest, joinStages } from './join-stages.ts';
export type { ChainExit } from './program.ts';
