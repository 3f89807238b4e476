import type { CallOptions } from '@freezer/core';
import { parsed, property, type SwiftClient } from './client.ts';
import type { Deed } from './failure.ts';
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
    await Promise.all(some.map((name) => client.call({ ...deed, key: name }, { method: 'DELETE', container, name, accept: [200, 204, 404], signal })));
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
  // Those that stayed are asked for one by one: with patience where it passes, and with a reason of its own where it does not.
  await removeEach(client, deed, container, answer.status === 200 ? stayed(answer.text, container, names) : names, options);
}

/** Of a removal its status is decided before it begins: what became of it stands in the text. Where that does not speak of each name, none is taken for removed. */
function stayed(text: string, container: string, names: readonly string[]): readonly string[] {
  const result = parsed(text);
  const errors = property(result, 'Errors');
  if (!Array.isArray(errors)) return names;
  const gone = Number(property(result, 'Number Deleted')) + Number(property(result, 'Number Not Found'));
  const failed = new Set(errors.map((line: unknown) => nameOfLine(line, container)));
  return gone + errors.length === names.length && names.filter((name) => failed.has(name)).length === errors.length
    ? names.filter((name) => failed.has(name))
    : names;
}

function nameOfLine(line: unknown, container: string): string | undefined {
  try {
    const path = decodeURIComponent(Array.isArray(line) ? String(line[0]) : '').replace(/^\//, '');
    return path.startsWith(`${container}/`) ? path.slice(container.length + 1) : undefined;
  } catch {
    return undefined;
  }
}
