import { open, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FreezerError } from '@freezer/core';
import { findProgram } from '@freezer/subprocess';
import { readJson } from '../state/json-file.ts';

/** The agent that runs the actions of jobs. */
export interface AgentProgram {
  readonly path: string;
  /** Ours hands over its result document on a descriptor; Python's, and what is unknown, on standard output. */
  readonly document: 'descriptor' | 'output';
}

export interface AgentSearch {
  /** The setting; empty or undefined: found on PATH. */
  readonly path: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folders that are looked into after PATH: where our own command lies. */
  readonly beside: readonly string[];
}

/** Finds the agent. Fails with `not_found`: without it no job can run. */
export async function findAgent({ path, environment, beside }: AgentSearch): Promise<AgentProgram> {
  const wanted = path === undefined || path === '' ? undefined : path;
  const names = wanted === undefined ? ['freezer-agent', ...beside.map((folder) => join(folder, 'freezer-agent'))] : [wanted];
  const found = await findProgram(names, environment);
  if (found === undefined) {
    throw new FreezerError(
      'not_found',
      wanted === undefined ? 'freezer-agent is not on PATH; install it, or name it by agent_path' : `agent_path: ${wanted} is no program`,
    );
  }
  return { path: resolve(found), document: (await isOurs(found)) ? 'descriptor' : 'output' };
}

/** Told from its files, not by a call: a call would be a run for whoever counts runs. */
async function isOurs(path: string): Promise<boolean> {
  const real = await realpath(path);
  const text = await headOf(real);
  // What npm and pnpm put into `.bin` where they make no link.
  const target = /^# cmd-shim-target=(.+)$/m.exec(text)?.[1];
  return belongsToAgent(target === undefined ? real : resolve(dirname(real), target));
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function belongsToAgent(path: string): Promise<boolean> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readJson(join(folder, 'package.json'));
    if (typeof manifest === 'object' && manifest !== null && 'name' in manifest) return manifest.name === 'freezer-agent';
  }
  return false;
}
