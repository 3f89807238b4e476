import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { ApiVersion } from '../http/exchange.ts';
import { BOTH, type Route } from '../http/route.ts';
import { listParameters, SearchBody } from './list-parameters.ts';

const Problem = z.object({ title: z.string(), description: z.string().optional() }).meta({ id: 'Problem', description: 'Why a request failed' });
const Unauthorized = z
  .object({ error: z.object({ code: z.literal(401), title: z.string(), message: z.string() }) })
  .meta({ id: 'Unauthorized', description: 'The token is missing or not good' });
const Versions = z
  .object({
    versions: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        updated: z.string(),
        links: z.array(z.object({ href: z.string(), rel: z.string() })),
        features: z.array(z.string()).optional(),
      }),
    ),
  })
  .meta({ id: 'Versions' });

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
const text = z.string().optional();

const FAILURES: Readonly<Record<number, string>> = {
  400: 'The request is wrong',
  403: 'Not allowed',
  404: 'There is no such item, or it is somebody else\u2019s',
  409: 'It exists already',
  412: 'If-Match does not name the item as it is now',
  413: 'The body is too large',
  422: 'The client does not exist, or cannot do it',
  429: 'Too many requests of the project',
  503: 'The database or Keystone cannot be reached',
};

function pathParameters(path: string): z.ZodObject {
  return z.object(Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, z.string()])));
}

function operationOf(route: Route, version: ApiVersion, path: string): ZodOpenApiOperationObject {
  const { list, answer, request, status, method } = route;
  const isV1 = version === 'v1';
  const listed = list && answer ? z.object({ [list.name]: z.array(answer) }) : answer;
  const paging = z.object({ limit: z.int().min(0).optional(), offset: z.int().min(0).optional(), marker: text });
  const listHeaders = z.object({ 'X-Total-Count': text, 'X-Next-Marker': text, ETag: text });
  const success = listed ? { description: 'Done', ...json(listed), ...(list && !isV1 && { headers: listHeaders }) } : { description: 'Done' };
  const isConditional = !isV1 && method !== 'GET' && method !== 'PUT' && path.endsWith('}');
  const header = z.object({
    ...(!isV1 && method === 'GET' && { 'If-None-Match': text }),
    ...(isConditional && { 'If-Match': text }),
    ...(path.endsWith('/backups') && method === 'POST' && { 'Idempotency-Key': text }),
  });
  return {
    operationId: `${version}.${method.toLowerCase()}${path
      .replace(/^\/v[12](\/\{project_id\})?/, '')
      .replaceAll(/[{}]/g, '')
      .replaceAll('/', '.')}`,
    summary: route.summary,
    description: `Rule \`${route.rule}\` of the policy.`,
    tags: [`${route.path.split('/')[1] ?? ''}${isV1 ? ' (version 1)' : ''}`],
    requestParams: { path: pathParameters(path), header, ...(list && { query: isV1 ? paging : listParameters(list) }) },
    ...(request && { requestBody: { required: true, ...json(request) } }),
    ...(list && { requestBody: { required: false, description: 'A search', ...json(SearchBody) } }),
    responses: {
      [String(status)]: success,
      ...(!isV1 && method === 'GET' && { 304: { description: 'As If-None-Match has it' } }),
      401: { description: 'The token is missing or not good', ...json(Unauthorized) },
      ...Object.fromEntries(Object.entries(FAILURES).map(([code, description]) => [code, { description, ...json(Problem) }])),
    },
  };
}

function publicPaths(): ZodOpenApiPathsObject {
  const plain = { content: { 'text/plain': { schema: z.string() } } };
  return {
    '/': {
      get: {
        security: [],
        summary: 'Lists versions, and what this server can',
        tags: ['service'],
        responses: { 300: { description: 'Versions', ...json(Versions) } },
      },
    },
    '/healthcheck': {
      get: {
        security: [],
        summary: 'Tells whether the service works',
        tags: ['service'],
        responses: { 200: { description: 'It does', ...plain }, 503: { description: 'It does not', ...plain } },
      },
    },
  };
}

/** The OpenAPI 3.1 document of the routes, from the schemas that check them. */
export function openApiDocument(routes: readonly Route[], versions: readonly ApiVersion[]): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const version of versions.toSorted().toReversed()) {
    for (const route of routes) {
      if (!(route.versions ?? BOTH).includes(version)) continue;
      const path = `${version === 'v1' ? '/v1' : '/v2/{project_id}'}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
      const operations = (paths[path] ??= {});
      operations[route.method.toLowerCase()] = operationOf(route, version, path);
    }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Freezer',
      version: '2',
      description: 'Backup as a service: clients, jobs, sessions, backups, and what came of them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths: { ...publicPaths(), ...paths },
    components: { securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A token of Keystone' } } },
  });
}
