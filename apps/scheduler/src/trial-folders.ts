import { dirname } from 'node:path';

/** Where an API for trials may have left its address: in its state folder, which is ours or the one around ours. */
export const trialFolders = (stateDir: string | undefined, stateRoot: string): readonly string[] =>
  stateDir === undefined ? [stateRoot] : [stateDir, dirname(stateDir)];
