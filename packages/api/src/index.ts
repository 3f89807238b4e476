export { createWatch, type Watch, type WatchDeps, type WatchReport } from './alerts/create-watch.ts';
export type { AlertLimits, ApiDeps, Authenticate, RunLimits, Trusts } from './api-deps.ts';
export type { Caller } from './caller.ts';
export { createApi } from './create-api.ts';
export type { RuleName } from './policy/default-rules.ts';
export { createPolicy, type Policy, type PolicyOptions, type PolicyText } from './policy/policy.ts';
