import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { endableAgent } from './endable-agent.ts';
import { loadSsh2 } from './load-ssh2.ts';

let base: string;
let silent: Server;

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'freezer-agent-'));
  silent = createServer();
  await new Promise<void>((resolve) => silent.listen(`${base}/socket`, resolve));
});
afterEach(async () => {
  await new Promise((resolve) => silent.close(resolve));
  await rm(base, { recursive: true });
});

it('an agent that answers nothing is left when it is ended, so that the program can end', async () => {
  const left = new Promise<void>((resolve) => {
    silent.once('connection', (socket) => socket.resume().once('close', () => resolve()));
  });
  const asked = new Promise<void>((resolve) => {
    silent.once('connection', (socket) => socket.once('data', () => resolve()));
  });
  const { OpenSSHAgent } = await loadSsh2();
  const { agent, owes, end } = endableAgent(OpenSSHAgent, `${base}/socket`);
  const answer = new Promise((resolve) => {
    agent.getIdentities((error) => resolve(error));
  });
  await asked;
  expect(owes()).toBe(true);
  end();
  await left;
  expect(await answer).toBeInstanceOf(Error);
  expect(owes()).toBe(false);
});
