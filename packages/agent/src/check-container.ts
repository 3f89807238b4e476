import { stat } from 'node:fs/promises';
import { FreezerError, type Storage } from '@freezer/core';

/** A container that is not there is another thing than one without backups. Looks at local ones only. Fails with `not_found`. */
export async function checkContainer({ hostPath }: Storage): Promise<void> {
  if (hostPath === undefined) return;
  const isFolder = await stat(hostPath).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new FreezerError('not_found', `--container: ${hostPath} does not exist, or is no directory`);
}
