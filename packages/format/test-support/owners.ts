import { type Owner, thisOwner } from '../src/owner.ts';

export const NOW = 1_795_000_000;

/** A run of this process, alive. */
export const aliveOwner = (runId: string): Promise<Owner> => thisOwner(runId, NOW);

/** A run whose process id was given to another process meanwhile: provably dead. */
export const deadOwner = async (runId: string): Promise<Owner> => ({ ...(await thisOwner(runId, NOW)), pid_started: '1' });

/** A run on another machine: nothing can be proved, only its age counts. */
export const foreignOwner = async (runId: string): Promise<Owner> => ({ ...(await thisOwner(runId, NOW)), machine: 'elsewhere', host: 'beta' });
