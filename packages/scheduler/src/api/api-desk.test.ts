import { ApiError } from '@freezer/client-sdk';
import { SILENT } from '@freezer/core';
import { expect, test } from '@jest/globals';
import type { OutboxItem } from '../state/outbox.ts';
import { ApiDesk, type ApiDeskOptions } from './api-desk.ts';

const nothing = async (): Promise<void> => undefined;
const outbox: ApiDeskOptions['outbox'] = {
  add: nothing,
  has: () => false,
  size: 0,
  flush: () => undefined,
  drain: nothing,
  close: nothing,
  onDelivered: () => undefined,
};

/** A desk, and how often it said good-bye. */
function deskWith(register: ApiDeskOptions['register']) {
  let byes = 0;
  const leave = async (): Promise<void> => {
    byes += 1;
  };
  const desk = new ApiDesk({ outbox, register, beat: async () => 'ours', leave, beatSeconds: () => 60, clientId: () => 'c', logger: SILENT });
  return { desk, byes: () => byes };
}

test('who was registered, and who may have been because the registration was broken off or not answered, says good-bye', async () => {
  const registered = deskWith(async () => 'ours');
  await registered.desk.prepare();
  const brokenOff = deskWith(async (signal) => {
    signal?.throwIfAborted();
    return 'ours';
  });
  await expect(brokenOff.desk.prepare(AbortSignal.abort())).rejects.toThrow();
  const unanswered = deskWith(async () => Promise.reject(new ApiError('timeout', 'no answer')));
  await expect(unanswered.desk.prepare()).rejects.toThrow();
  for (const { desk, byes } of [registered, brokenOff, unanswered]) {
    await desk.close(1000);
    expect(byes()).toBe(1);
  }
});

test('a registration that got no answer may have been done, also when the next one is refused', async () => {
  let tries = 0;
  const { desk, byes } = deskWith(async () => {
    tries += 1;
    return Promise.reject(tries === 1 ? new ApiError('timeout', 'no answer') : new ApiError('unauthenticated', 'who are you?', { status: 401 }));
  });
  for (let count = 0; count < 2; count += 1) await expect(desk.prepare()).rejects.toThrow();
  await desk.close(1000);
  expect(byes()).toBe(1);
});

test('who was not let in has nothing to say good-bye to', async () => {
  const refused = deskWith(async () => Promise.reject(new ApiError('unauthenticated', 'who are you?', { status: 401 })));
  await expect(refused.desk.prepare()).rejects.toThrow();
  const taken = deskWith(async () => 'taken');
  await taken.desk.prepare();
  const silent = deskWith(async () => 'ours');
  for (const { desk, byes } of [refused, taken, silent]) {
    await desk.close(1000);
    expect(byes()).toBe(0);
  }
});

test('a change that the API has refused for good is told of, one that it has taken is not', () => {
  let left: ((write: OutboxItem, arrived: boolean) => void) | undefined;
  const told = { ...outbox, onDelivered: (call: typeof left) => void (left = call) };
  const desk = new ApiDesk({
    outbox: told,
    register: async () => 'ours',
    beat: async () => 'ours',
    leave: nothing,
    beatSeconds: () => 60,
    clientId: () => 'c',
    logger: SILENT,
  });
  let refused = 0;
  desk.onRefused(() => {
    refused += 1;
  });
  const write: OutboxItem = { id: 'i', kind: 'job', lane: 'j', attempts: 0, at: 0, body: {} };
  left?.(write, true);
  expect(refused).toBe(0);
  left?.(write, false);
  expect(refused).toBe(1);
});
