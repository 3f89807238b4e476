import { type Owner, thisOwner } from '../src/owner.ts';

export const NOW = 1_795_000_000;

const self = thisOwner('self', NOW);

/** A run of this process, alive. */
export const aliveOwner = async (runId: string): Promise<Owner> => ({ ...(await self), run_id: runId });

/** A run whose process id was given to another process meanwhile: provably dead. */
export const deadOwner = async (runId: string): Promise<Owner> => ({ ...(await self), run_id: runId, pid_started: '1' });

/** A run on another machine: nothing can be proved, only its age counts. */
export const foreignOwner = async (runId: string): Promise<Owner> => ({ ...(await self), run_id: runId, machine: 'elsewhere', host: 'beta' });
