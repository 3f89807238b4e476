import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import * as z from 'zod';
import { isHeld, takePidFile } from '../process/pid-file.ts';
import { readJson, writeJson } from './json-file.ts';

/** The folder of one scheduler, while it is ours. */
export interface Instance {
  readonly folder: string;
  readonly runs: string;
  readonly outbox: string;
  readonly jobs: string;
  /** Of this installation, for ever: by it the API tells two schedulers of one client id apart. */
  readonly uuid: string;
  release(): Promise<void>;
}

const identity = z.object({ uuid: z.string().min(8) });

/** Takes the folder of a scheduler. Fails with `already_exists` while another process has it. */
export async function openInstance(folder: string): Promise<Instance> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await takePidFile(join(folder, 'lock'));
  if (!isHeld(lock)) throw new FreezerError('already_exists', `another scheduler (pid ${lock.mark.pid}) works with these settings`);
  const paths = { runs: join(folder, 'runs'), outbox: join(folder, 'outbox'), jobs: join(folder, 'jobs') };
  await Promise.all(Object.values(paths).map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  const path = join(folder, 'identity.json');
  const known = identity.safeParse(await readJson(path));
  const uuid = known.success ? known.data.uuid : randomUUID().replaceAll('-', '');
  if (!known.success) await writeJson(path, { uuid });
  return { folder, ...paths, uuid, release: () => lock.release() };
}
