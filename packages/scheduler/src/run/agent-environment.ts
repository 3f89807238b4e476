import type { JobReading } from '../documents/job-reading.ts';

export interface AgentAccount {
  /** Of the scheduler's process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the settings say of account and API, as `OS_*`; over the environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** With a trust the project is that of the trust, and naming another one is an error for Keystone. */
const NOT_WITH_A_TRUST = ['OS_PROJECT_NAME', 'OS_PROJECT_ID', 'OS_PROJECT_DOMAIN_NAME', 'OS_PROJECT_DOMAIN_ID', 'OS_TENANT_NAME', 'OS_TENANT_ID'];

/** What the agent of a job sees of our account, and what its job file gets besides. */
export function agentEnvironment({ variables }: AgentAccount, { trustId }: Pick<JobReading, 'trustId'>) {
  if (trustId === undefined) return { environment: variables, added: {} };
  const without = Object.fromEntries(NOT_WITH_A_TRUST.map((name) => [name, undefined]));
  return { environment: { ...variables, ...without, OS_TRUST_ID: trustId }, added: { os_trust_id: trustId } };
}
