import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { trusteeFinder } from './trustee.ts';

let open: Server | undefined;
afterEach(() => {
  open?.close();
  jest.restoreAllMocks();
});

test('the id of service_user is believed for five minutes: a user that was made anew is found then', async () => {
  const asked: string[] = [];
  let id = 'first';
  const keystone = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify(request.url?.startsWith('/v3/domains') ? { domains: [{ id: 'd1' }] } : { users: [{ id }] }));
  });
  await new Promise<void>((resolve) => keystone.listen(0, '127.0.0.1', resolve));
  open = keystone;
  const { port } = keystone.address() as AddressInfo;
  const refuse = () => Promise.reject(new Error('the own user was not asked for'));
  const find = trusteeFinder({
    session: { token: async () => 'token', identity: refuse },
    call: { identityUrl: `http://127.0.0.1:${port}/v3`, tls: {}, timeoutSeconds: 30 },
    name: 'scheduler',
    domain: 'ops',
  });
  let minutes = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => minutes * 60_000);
  expect(await find()).toBe('first');
  id = 'anew';
  minutes = 4.9;
  expect(await find()).toBe('first');
  expect(asked).toEqual(['/v3/domains?name=ops', '/v3/users?name=scheduler&domain_id=d1']);
  minutes = 5.1;
  expect(await find()).toBe('anew');
  expect(asked).toHaveLength(4);
});
