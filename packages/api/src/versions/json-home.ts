import type { ApiVersion } from '../http/exchange.ts';

interface Resource {
  readonly template: string;
  readonly variables: readonly string[];
  readonly allow: readonly string[];
}

const V1: Readonly<Record<string, Resource>> = {
  'rel/backups': { template: '/v1/backups/{backup_id}', variables: ['backup_id'], allow: ['GET'] },
};

const V2: Readonly<Record<string, Resource>> = {
  'rel/backups': { template: '/v2/{project_id}/backups/{backup_id}', variables: ['project_id', 'backup_id'], allow: ['GET'] },
  'rel/jobs': {
    template: '/v2/{project_id}/jobs{?all_projects,offset,limit}',
    variables: ['project_id', 'all_projects', 'offset', 'limit'],
    allow: ['GET', 'POST'],
  },
  'rel/job': { template: '/v2/{project_id}/jobs/{job_id}', variables: ['project_id', 'job_id'], allow: ['GET', 'PATCH', 'POST', 'DELETE'] },
};

/** The JSON Home document of a version, as text. */
export function jsonHome(version: ApiVersion): string {
  const resources = Object.entries(version === 'v1' ? V1 : V2).map(([name, { template, variables, allow }]) => [
    name,
    {
      'href-template': template,
      'href-vars': Object.fromEntries(variables.map((variable) => [variable, `param/${variable}`])),
      hints: { allow, formats: { 'application/json': {} } },
    },
  ]);
  return JSON.stringify({ resources: Object.fromEntries(resources) }, undefined, 4);
}
