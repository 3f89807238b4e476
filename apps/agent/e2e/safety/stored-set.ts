import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST, NAME, type StoredLevel } from '../harness/lab.ts';

/** Where an object of a level lies, in any copy of a container. */
export function objectPath(store: string, { t0, level, t }: Pick<StoredLevel, 't0' | 'level' | 't'>, object: string, name: string = NAME): string {
  const part = object === 'metadata' ? 'metadata' : 'data';
  return join(store, part, 'tar', `${HOST}_${name}`, String(t0), `${level}_${t}`, object);
}

/** Turns one bit of a file around. A negative offset counts from the end. */
export async function flipBit(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file);
  const at = offset < 0 ? bytes.length + offset : offset;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  await writeFile(file, bytes);
}

/** What can happen to a stored object. `other` is the same object of another level, `foreign` of another set. */
export interface Damage {
  readonly name: string;
  inflict(object: string, others: { readonly other: string; readonly foreign: string }): Promise<void>;
}

export const DAMAGES: readonly Damage[] = [
  { name: 'missing', inflict: (object) => rm(object) },
  { name: 'truncated', inflict: async (object) => truncate(object, Math.floor((await readFile(object)).length / 2)) },
  { name: 'emptied', inflict: (object) => truncate(object, 0) },
  { name: 'flipped', inflict: async (object) => flipBit(object, Math.floor((await readFile(object)).length / 2)) },
  { name: 'swapped', inflict: (object, { other }) => cp(other, object) },
  { name: 'from another set', inflict: (object, { foreign }) => cp(foreign, object) },
];
