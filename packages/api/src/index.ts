export type { AlertLimits, ApiDeps, Authenticate, Caller, RunLimits, Trusts } from './api-deps.ts';
export { createApi } from './create-api.ts';
export type { RuleName } from './policy/default-rules.ts';
export { createPolicy, type Policy, type PolicyOptions, type PolicyText } from './policy/policy.ts';
