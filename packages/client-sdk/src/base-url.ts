import { ApiError } from './api-error.ts';

export type ApiVersion = '1' | '2';

/** The version as callers without types may say it, too. */
export function versionOf(given: unknown = '2'): ApiVersion {
  const text = String(given);
  if (text === '1' || text === '2') return text;
  throw new ApiError('invalid', `use API version '${text}': allowed are 1 and 2`);
}

/** The endpoint that a client was given, checked and without slashes at its end. */
export function cleanEndpoint(endpoint: string): string {
  const url = endpoint.trim().replace(/\/+$/, '');
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) throw new ApiError('invalid', `use the endpoint '${endpoint}': it is no http or https URL`);
  const { search, hash, username, password } = new URL(url);
  if (username !== '' || password !== '') throw new ApiError('invalid', 'use the endpoint: no user or password may stand in its URL');
  if (search !== '' || hash !== '') throw new ApiError('invalid', `use the endpoint '${endpoint}': it may have neither ? nor #`);
  return url;
}

/** Whether the endpoint already names version and project, so that resources follow it directly. */
export function isCompleteEndpoint(endpoint: string, version: ApiVersion): boolean {
  return endpoint.includes(`/v${version}`);
}

/** What resources are appended to, ending in a slash. */
export function resourceRoot(endpoint: string, version: ApiVersion, project: string | undefined): string {
  if (isCompleteEndpoint(endpoint, version)) return `${endpoint}/`;
  if (version === '1') return `${endpoint}/v1/`;
  if (project === undefined || project === '')
    throw new ApiError('invalid', 'find the resources of API version 2: the id of the project is needed, or an endpoint like http://host:9090/v2/PROJECT');
  return `${endpoint}/v2/${encodeURIComponent(project)}/`;
}

/** What must not be treated as an id: a path that leads elsewhere, or to the list. Freezer's own ids match `[\w-]+`, those of clients also have dots. */
export function segmentOf(id: string, kind: string): string {
  if (id === '' || id === '.' || id === '..') throw new ApiError('invalid', `find a ${kind}: '${id}' is no id`);
  return encodeURIComponent(id);
}
