/**
 * A process beside others on one server: node contend.mjs place|clear, settings as JSON on its standard input.
 * `place` writes twenty names, each unless it is there, and says which it won. `clear` removes the claims
 * of 'a dead one', as two hosts do at the same time.
 */
import { randomUUID } from 'node:crypto';
import { once, SILENT } from '@freezer/core';
import { ftpStorage } from '@freezer/storage-ftp';

const NAMES = 20;
const ROUNDS = 10;

const role = process.argv[2];
let text = '';
for await (const chunk of process.stdin) text += chunk;
const run = { id: randomUUID(), owner: Buffer.from(role) };
const storage = await ftpStorage.open(ftpStorage.settings.parse(JSON.parse(text)), { logger: SILENT, run });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function place(name) {
  try {
    await storage.put(name, once(Buffer.from(run.id)), { ifAbsent: true });
    process.stdout.write(`${name}\n`);
  } catch (error) {
    if (error.code !== 'already_exists') throw error;
  }
}

/** Two hosts that find the same claim of a dead run: the second one comes when somebody else may claim the name. */
async function clear() {
  const dead = [];
  for await (const { runId, owner } of storage.remains.list()) if (Buffer.from(owner ?? []).toString() === 'a dead one') dead.push(runId);
  for (const runId of dead) {
    await storage.remains.remove(runId);
    await sleep(Math.random() * 60);
    await storage.remains.remove(runId);
  }
}

if (role === 'place') for (let at = 0; at < NAMES; at += 1) await place(`k/${at}`);
else for (let round = 0; round < ROUNDS; round += 1) await clear();
await storage.close();
