import { afterEach, expect, it, jest } from '@jest/globals';
import { called, tried, written } from './place.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const away = (name: string) => Object.assign(new Error('nobody is there'), { name });

it.each([
  ['ConnectionError', 0, 3],
  ['TimeoutError', 1050, 1],
])('%s, each after %d ms, is tried again for a while only, whatever the number of retries', async (name, takesMs, least) => {
  let tries = 0;
  const begun = performance.now();
  const work = async () => {
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, takesMs));
    throw away(name);
  };
  const place = { policy: { retries: 1000, patienceMs: 1000 } };
  await expect(called(place, {}, (call) => tried(place, call, work))).rejects.toMatchObject({ cause: { name } });
  // On a machine that is busy, too; all retries would take half an hour.
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(tries).toBeGreaterThanOrEqual(least);
  if (takesMs > 1000) expect(tries).toBe(1);
});

it('a node that comes back meanwhile is asked again', async () => {
  const place = { policy: { retries: 20, patienceMs: 5000 } };
  const answer = await called(place, {}, (call) =>
    tried(place, call, async (attempt) => {
      if (attempt < 3) throw away('ConnectionError');
      return attempt;
    }),
  );
  expect(answer).toBe(3);
});

it('a write that is refused late, and then cannot be read, waits no longer than one that never was answered', async () => {
  // A clock of its own: what is asked takes its time, however busy the machine is.
  let now = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const place = { policy: { retries: 1000, patienceMs: 1000 } };
  const begun = now;
  let tries = 0;
  const write = called(place, {}, (call) =>
    written(place, call, {
      write: async () => {
        tries += 1;
        if (tries > 1) throw new Error('refused');
        now += 900;
        throw away('ConnectionError');
      },
      isRefused: () => true,
      isOurs: () =>
        tried(place, call, async () => {
          now += 60;
          throw away('ConnectionError');
        }),
    }),
  );
  await expect(write).rejects.toMatchObject({ code: 'unavailable' });
  expect(tries).toBe(2);
  expect(now - begun).toBeLessThan(1100);
});
