import type { CallOptions, FreezerError } from '@freezer/core';
import { parsed, property, type SwiftClient } from './client.ts';
import { type Deed, failure, failureOfStatus } from './failure.ts';
import { encoded } from './place.ts';

const AT_ONCE = 8;
/** Of one request: a server takes some milliseconds for each. */
const BATCH = 1000;
/** Below that a request for each is no slower. */
const WORTH_A_BATCH = 4;

/** Removes objects of a container; those that are absent are fine. Of many it asks in batches, where the server knows how. */
export async function removeObjects(client: SwiftClient, deed: Deed, container: string, names: readonly string[], options: CallOptions = {}): Promise<void> {
  const { bulkDelete } = names.length < WORTH_A_BATCH ? { bulkDelete: undefined } : await client.limits(deed, options);
  if (bulkDelete === undefined) {
    await removeEach(client, deed, container, names, options);
    return;
  }
  const batch = Math.min(BATCH, bulkDelete);
  for (let start = 0; start < names.length; start += batch) await removeBatch(client, deed, container, names.slice(start, start + batch), options);
}

async function removeEach(client: SwiftClient, deed: Deed, container: string, names: readonly string[], { signal }: CallOptions): Promise<void> {
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const some = names.slice(start, start + AT_ONCE);
    await Promise.all(some.map((name) => client.call(deed, { method: 'DELETE', container, name, accept: [200, 204, 404], signal })));
  }
}

async function removeBatch(client: SwiftClient, deed: Deed, container: string, names: readonly string[], options: CallOptions): Promise<void> {
  const text = names.map((name) => `/${encoded(`${container}/${name}`)}\n`).join('');
  const answer = await client.call(deed, {
    method: 'POST',
    query: { 'bulk-delete': '1' },
    headers: { 'content-type': 'text/plain', accept: 'application/json' },
    body: () => Buffer.from(text),
    accept: [200, 404, 405, 501],
    signal: options.signal,
  });
  // Its status is decided before it begins: what became of it stands in the text.
  const result = answer.status === 200 ? parsed(answer.text) : undefined;
  const errors = property(result, 'Errors');
  if (!Array.isArray(errors)) return await removeEach(client, deed, container, names, options);
  const status = Number.parseInt(String(property(result, 'Response Status')), 10);
  const isUnauthorized = errors.some((line: unknown) => Array.isArray(line) && /^401/.test(String(line[1])));
  if (errors.length > 0 || status >= 400) {
    if (isUnauthorized || status >= 500 || status === 400) return await removeEach(client, deed, container, names, options);
    throw refusal(deed, errors as readonly unknown[], status);
  }
}

function refusal(deed: Deed, errors: readonly unknown[], status: number): FreezerError {
  const first = errors[0];
  const said = Array.isArray(first) ? String(first[1]) : '';
  const code = Number.parseInt(said, 10);
  return Number.isNaN(code) ? failure('unavailable', deed, `the server removed not all (status ${status})`) : failureOfStatus(deed, { status: code, text: '' });
}
