import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const ENOUGH = 8 * 1_048_576;
const EVERY_MS = 1000;

const youngBytes = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? ENOUGH;

/**
 * Keeps the space of young objects at 8 MB: V8 lets it grow to 32 MB under load, and a process has 40 MB more then. With 2 MB a request takes a third
 * more CPU, above 8 MB none less.
 */
export function tuneV8(): void {
  const limit = (): void => setFlagsFromString(`--semi-space-growth-factor=${youngBytes() < ENOUGH ? 2 : 1}`);
  limit();
  setInterval(limit, EVERY_MS).unref();
}
