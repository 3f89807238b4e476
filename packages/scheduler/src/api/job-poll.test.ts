import { type ApiRequest, FreezerClient } from '@freezer/client-sdk';
import { afterEach, expect, jest, test } from '@jest/globals';
import { JobPoll } from './job-poll.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

/** An API of ours with one job, and what was asked of it: the searches, and `if-none-match`. */
function world() {
  const asked: { readonly match: unknown; readonly condition: string | undefined }[] = [];
  let waiting = 0;
  const transport = {
    sendsGetBodies: true,
    send: async ({ body, headers }: ApiRequest) => {
      const { match } = JSON.parse(body ?? '{}') as { readonly match: unknown };
      asked.push({ match, condition: headers?.['if-none-match'] });
      return { status: 200, header: (name: string) => (name === 'etag' ? `"${asked.length}"` : undefined), text: '{"jobs":[{"job_id":"j"}]}' };
    },
    close: async () => undefined,
  };
  const client = new FreezerClient({ endpoint: 'http://127.0.0.1:9', project: 'p', token: () => 't', transport, retries: 0 });
  const access = { client, behalfOf: () => client, projectId: async () => 'p', isTrial: false, close: async () => undefined };
  const poll = new JobPoll({ access: () => access, clientId: () => 'c', central: false, waiting: () => waiting });
  return {
    poll,
    asked,
    wait: (writes: number) => {
      waiting = writes;
    },
  };
}

const OF_CLIENT = { client_id: 'c' };

test('A12: while many of our own writes wait, a poll asks for what is wanted of jobs alone, and for the list after half a minute', async () => {
  const { poll, asked, wait } = world();
  wait(10_000);
  const begun = performance.now();
  expect(await poll.ask()).toMatchObject({ kind: 'jobs', jobs: [{ job_id: 'j' }] });
  asked.length = 0;
  // It is in all three lists, as one whose event is changed in between.
  expect(await poll.ask()).toMatchObject({ kind: 'some', jobs: [{ job_id: 'j' }] });
  expect(asked.map(({ match }) => match)).toEqual(['start', 'stop', 'abort'].map((event) => [OF_CLIENT, { event }]));
  jest.spyOn(performance, 'now').mockReturnValue(begun + 31_000);
  asked.length = 0;
  expect(await poll.ask()).toMatchObject({ kind: 'jobs' });
  expect(asked).toEqual([{ match: [OF_CLIENT], condition: '"1"' }]);
});

test('with few writes on the way each poll is of the list, and so is the next one after what must be read anew', async () => {
  const { poll, asked, wait } = world();
  await poll.ask();
  wait(100);
  expect(await poll.ask()).toMatchObject({ kind: 'jobs' });
  wait(10_000);
  poll.forget();
  expect(await poll.ask()).toMatchObject({ kind: 'jobs' });
  expect(asked.map(({ match }) => match)).toEqual([[OF_CLIENT], [OF_CLIENT], [OF_CLIENT]]);
});

test('what is to be read anew while a poll is under way is read anew by the next one', async () => {
  const { poll, asked } = world();
  const asking = poll.ask();
  poll.forget();
  await asking;
  await poll.ask();
  expect(asked.map(({ condition }) => condition)).toEqual([undefined, undefined]);
});
