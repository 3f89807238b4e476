import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiBench } from '../../test-support/api-bench.ts';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: unknown } } };
}

type Json = Readonly<Record<string, unknown>>;

/** Values that nearly fit a schema: what it asks for, with something wrong in some place. */
function nearly(schema: unknown, schemas: Json, depth = 0): fc.Arbitrary<unknown> {
  const wrong = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', '__proto__', 'constructor', -1, 2 ** 53, 1e308, null, [], {}, '\u0000', '\ud800', '٣'),
  );
  if (typeof schema !== 'object' || schema === null || depth > 4) return wrong;
  const node = schema as Json;
  if (typeof node['$ref'] === 'string') return nearly(schemas[node['$ref'].split('/').at(-1) ?? ''], schemas, depth);
  const right = rightFor(node, schemas, depth);
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

function rightFor(node: Json, schemas: Json, depth: number): fc.Arbitrary<unknown> {
  const any = (node['anyOf'] ?? node['oneOf'] ?? node['allOf']) as readonly unknown[] | undefined;
  if (any) return fc.oneof(...any.map((each) => nearly(each, schemas, depth + 1)));
  if (Array.isArray(node['enum'])) return fc.constantFrom(...node['enum']);
  switch (node['type']) {
    case 'object': {
      const properties = (node['properties'] ?? {}) as Json;
      const required = (node['required'] ?? []) as string[];
      const known = fc.record(Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, nearly(each, schemas, depth + 1)])), {
        requiredKeys: required,
      });
      const more = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
      return fc.tuple(known, more, fc.nat(5)).map(([one, two, chance]) => (chance === 0 ? { ...one, ...two } : one));
    }
    case 'array':
      return fc.array(nearly(node['items'], schemas, depth + 1), { maxLength: 3 });
    case 'integer':
      return fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 1));
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return typeof node['pattern'] === 'string'
        ? fc.oneof(fc.constantFrom('web1', 'j1', 'a_b', '2020-01-01T00:00:00', '1 days', '2020'), fc.string())
        : fc.oneof(fc.string(), fc.constantFrom('web1', 'start', 'success'));
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** What is no text cannot be sent. */
const encoded = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '?'));

const idText = fc.oneof(
  fc.constantFrom('j1', 's1', 'web1', 'a1', 'none', '..', '%00', '%2F', '%zz', '%F0%9F', '🦄'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const queryValue = fc.oneof(
  fc.constantFrom('', '0', '-1', '5', '1,2', '99999999999999999999', 'true', 'desc', 'null', 'NaN', '%ff', '1e999'),
  fc.string({ maxLength: 12 }),
);

describe('requests made of the OpenAPI document', () => {
  it('are never answered by 5xx, and always by a status that it names', async () => {
    await using bench = await ApiBench.open();
    const description = (await bench.call('GET', '/openapi.json')).body as {
      paths: Record<string, Record<string, Operation & { responses: Json }>>;
      components: { schemas: Json };
    };
    const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThanOrEqual(70);
    await bench.call('POST', '/v2/project-alpha/clients', { as: 'alpha', body: { client_id: 'web1' } });
    await bench.call('POST', '/v2/project-alpha/jobs', {
      as: 'alpha',
      body: { job_id: 'j1', client_id: 'web1', job_actions: [{ action_id: 'a1', freezer_action: {} }] },
    });
    const request = fc.constantFrom(...operations).chain(({ path, method, operation }) => {
      const schema = operation.requestBody?.content['application/json'].schema;
      const queries = (operation.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
      return fc.record({
        path: fc.constant(path),
        method: fc.constant(method.toUpperCase()),
        ids: fc.array(idText, { minLength: 3, maxLength: 3 }),
        query: fc.array(fc.tuple(queries.length > 0 ? fc.constantFrom(...queries, 'x', 'a.b', 'status!') : fc.string({ maxLength: 5 }), queryValue), {
          maxLength: 3,
        }),
        body: schema === undefined ? fc.constant(undefined) : nearly(schema, description.components.schemas),
        as: fc.constantFrom('alpha', 'alpha', 'reader', 'beta', 'admin', 'service', 'unscoped', 'nobody', undefined),
        etag: fc.constantFrom(undefined, undefined, '*', '"1-1"', 'W/"x', ',,'),
        codes: fc.constant(Object.keys(operation.responses)),
      });
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path, method, ids, query, body, as, etag, codes }) => {
        let index = 0;
        const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
          name === 'project_id' ? 'project-alpha' : (ids[index++] ?? 'x').replaceAll(/[^\w.~%-]/gu, (char) => encoded(char)),
        );
        const text = query.map(([name, value]) => `${encoded(name)}=${value.replaceAll(/[^\w.%,-]/gu, '_')}`).join('&');
        const headers = etag === undefined ? {} : method === 'GET' ? { 'if-none-match': etag } : { 'if-match': etag };
        const reply = await bench.call(method, `${filled}${text === '' ? '' : `?${text}`}`, { as, headers, ...(body !== undefined && { body }) });
        expect(reply.status).toBeLessThan(500);
        const isOffTheMap = reply.status === 404 || reply.status === 405;
        if (!isOffTheMap) expect(codes).toContain(String(reply.status));
        if (reply.status >= 400 && reply.status !== 401) expect(reply.body).toMatchObject({ title: expect.any(String) });
      }),
      { numRuns: 500, interruptAfterTimeLimit: 40_000 },
    );
  }, 120_000);
});
