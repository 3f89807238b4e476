import { expect, it } from '@jest/globals';
import { tried } from './place.ts';

const away = (name: string) => Object.assign(new Error('nobody is there'), { name });

it.each([
  ['ConnectionError', 0, 3],
  ['TimeoutError', 250, 1],
])('%s, each after %d ms, is tried again for a while only, whatever the number of retries', async (name, takesMs, least) => {
  let tries = 0;
  const begun = performance.now();
  const work = async () => {
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, takesMs));
    throw away(name);
  };
  await expect(tried({ policy: { retries: 1000, patienceMs: 200 } }, undefined, work)).rejects.toMatchObject({ name });
  expect(performance.now() - begun).toBeLessThan(2000);
  expect(tries).toBeGreaterThanOrEqual(least);
  if (takesMs > 200) expect(tries).toBe(1);
});

it('a node that comes back meanwhile is asked again', async () => {
  const answer = await tried({ policy: { retries: 20, patienceMs: 5000 } }, undefined, async (attempt) => {
    if (attempt < 3) throw away('ConnectionError');
    return attempt;
  });
  expect(answer).toBe(3);
});
