import { FreezerError } from '@freezer/core';

/** 2 for what the command line or the configuration did wrong, 1 for all else. */
export const exitCodeOf = (error: unknown): 1 | 2 => (FreezerError.is(error, 'invalid') || FreezerError.is(error, 'unsupported') ? 2 : 1);
