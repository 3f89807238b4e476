import type { CallOptions, FreezerClient } from '@freezer/client-sdk';

/** The API and who we are there. The app makes it, for it alone knows Keystone. */
export interface ApiAccess {
  /** In our own project. */
  readonly client: FreezerClient;
  /** On behalf of the owner of a job: by its trust, else in its project. The same for the same answer, so that a token serves many calls. */
  behalfOf(owner: JobOwner): FreezerClient;
  /** Id of our project: part of the default client id. */
  projectId(call?: Pick<CallOptions, 'signal'>): Promise<string>;
  /** Nobody proves who he is there: what comes from it is trusted less. */
  readonly isTrial: boolean;
  /** Reads credentials anew at the next call. */
  close(): Promise<void>;
}

/** Whom a job belongs to, where a central scheduler works for many. */
export interface JobOwner {
  readonly trustId?: string | undefined;
  readonly projectId?: string | undefined;
}
