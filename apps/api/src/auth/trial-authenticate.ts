import type { Authenticate, Caller } from '@freezer/api';
import { headerOf, pathOf } from '../http/handler.ts';
import { isTrialToken } from '../trial/trial-guard.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const NAME = 'trial';

/** A trial has no projects of its own: who asks is of the project that the address names. */
const projectOf = (path: string): string => /^\/v2\/([^/]+)/.exec(path)?.[1] ?? NAME;

/** Callers of a trial: who shows its token may do everything, who shows none may read. Another token is nobody's. */
export function trialAuthenticate(token: string): Authenticate {
  return (request) => {
    const given = headerOf(request, 'x-auth-token');
    const caller: Omit<Caller, 'roles'> = { userId: NAME, userName: NAME, projectId: projectOf(pathOf(request)) };
    if (isTrialToken(given, token)) return { ...caller, roles: ['admin', 'member', 'reader'] };
    return given === undefined && READS.has(request.method ?? '') ? { ...caller, roles: ['reader'] } : undefined;
  };
}

export const TRIAL_CHALLENGE = 'FreezerTrial realm="X-Auth-Token holds the token of api-trial.json in the state folder"';
