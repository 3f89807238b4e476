import { once as emitted } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FreezerError, RetryingStorage, type Storage } from '@freezer/core';
import { CaptureLogger } from '@freezer/testing';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { readS3Settings } from './options.ts';
import { S3Storage } from './s3-storage.ts';

jest.setTimeout(60_000);

const MANY = 2500;
/** What a bucket holds, and what the server says of a name that is to be removed. */
let held: Set<string>;
let says: (name: string) => string | undefined;
/** The next so many removals fail as a whole. */
let refuses: number;
let removals: number;
let storage: Storage;

const server = createServer((request, response) => {
  let body = '';
  request
    .setEncoding('utf8')
    .on('data', (text: string) => (body += text))
    .on('end', () => {
      if (request.method === 'GET' && request.url?.includes('object-lock') === true) return response.writeHead(404).end();
      if (request.method === 'GET') return response.writeHead(200).end(listing(new URL(request.url ?? '', 'http://x').searchParams.get('continuation-token')));
      removals += 1;
      if (refuses > 0) {
        refuses -= 1;
        return response.writeHead(503).end('<Error><Code>SlowDown</Code><Message>slow down</Message></Error>');
      }
      return response.writeHead(200).end(removed([...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, name]) => name ?? '')));
    });
});

function listing(token: string | null): string {
  const names = [...held].toSorted().filter((name) => token === null || name > token);
  const page = names.slice(0, 1000);
  const more =
    names.length > 1000 ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '<IsTruncated>false</IsTruncated>';
  return `<ListBucketResult>${more}${page.map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`).join('')}</ListBucketResult>`;
}

function removed(names: readonly string[]): string {
  const errors = names.flatMap((name) => {
    const code = says(name);
    if (code === undefined || code === 'NoSuchKey') held.delete(name);
    return code === undefined ? [] : [`<Error><Key>${name}</Key><Code>${code}</Code><Message>no</Message></Error>`];
  });
  return `<DeleteResult>${errors.join('')}</DeleteResult>`;
}

beforeEach(async () => {
  held = new Set(Array.from({ length: MANY }, (_, index) => `many/${index}`));
  says = () => undefined;
  [refuses, removals] = [0, 0];
  await emitted(server.listen(0, '127.0.0.1'), 'listening');
  const settings = { container: 'bucket', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, access_key: 'a', secret_key: 's' };
  const opened = await S3Storage.open(readS3Settings(settings), { logger: new CaptureLogger(), run: { id: 'run', owner: Buffer.from('me') } });
  storage = new RetryingStorage(opened, { attempts: 3, firstDelayMs: 1 });
});
afterEach(async () => {
  await storage.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const failureOf = async (work: Promise<unknown>): Promise<FreezerError | undefined> =>
  await work.then(
    () => undefined,
    (error: unknown) => (FreezerError.is(error) ? error : undefined),
  );

it('many objects are removed a thousand at a time, and a step that is refused for a while is asked for again', async () => {
  refuses = 1;
  await storage.removeTree('many');
  expect([held.size, removals]).toEqual([0, 4]);
});

it('some that stay for a passing reason, as the body of a 200 tells, are asked for again', async () => {
  let failures = 0;
  says = (name) => (/7$/.test(name) && (failures += 1) <= 100 ? 'InternalError' : undefined);
  await storage.removeTree('many');
  expect(held.size).toBe(0);
});

it('what is absent already is fine', async () => {
  says = (name) => (/7$/.test(name) ? 'NoSuchKey' : undefined);
  await storage.removeTree('many');
  expect([held.size, removals]).toEqual([0, 3]);
});

it('one that may not be removed is a lack of rights, also behind others whose reason passes, and is asked for once', async () => {
  says = (name) => (name === 'many/1' ? 'InternalError' : name === 'many/100' ? 'AccessDenied' : undefined);
  const error = await failureOf(storage.removeTree('many'));
  expect(error).toMatchObject({ code: 'permission_denied', retryable: false });
  expect(error?.message).toMatch(/did not remove 2 of 1000 objects: 'many\/1' \(InternalError\), 'many\/100' \(AccessDenied\)/);
  expect(removals).toBe(1);
});
