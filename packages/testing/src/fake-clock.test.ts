import { describe, expect, it } from '@jest/globals';
import { CaptureLogger } from './capture-logger.ts';
import { FakeClock } from './fake-clock.ts';

describe('FakeClock', () => {
  it('wakes sleepers in the order of their times, and those that sleep again', async () => {
    const clock = new FakeClock(1000);
    const woken: string[] = [];
    const nap = async (name: string, times: readonly number[]): Promise<void> => {
      for (const time of times) {
        await clock.sleep(time);
        woken.push(`${name} at ${clock.now()}`);
      }
    };
    const naps = Promise.all([nap('late', [50]), nap('often', [20, 20, 20])]);
    expect(clock.sleeping).toBe(2);
    await clock.advance(45);
    expect(woken).toEqual(['often at 1020', 'often at 1040']);
    await clock.advance(100);
    await naps;
    expect(woken.slice(2)).toEqual(['late at 1050', 'often at 1060']);
    expect(clock.now()).toBe(1145);
  });

  it('an aborted sleep rejects with the reason of the signal', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const sleep = clock.sleep(10, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
  });
});

describe('CaptureLogger', () => {
  it('keeps what is logged', () => {
    const logger = new CaptureLogger();
    logger.warn({ a: 1 }, 'careful');
    logger.info({}, 'stored');
    expect(logger.messages('warn')).toEqual(['careful']);
    expect(logger.lines).toHaveLength(2);
  });
});
