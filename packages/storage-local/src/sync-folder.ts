import { open } from 'node:fs/promises';
import { isSystemError } from './failure.ts';

/** Makes the names in a folder durable. File systems that cannot (CIFS, some FUSE) answer EINVAL, and there is nothing more to do. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!isSystemError(error, 'EINVAL', 'ENOTSUP', 'EBADF')) throw error;
  } finally {
    await folder.close();
  }
}
