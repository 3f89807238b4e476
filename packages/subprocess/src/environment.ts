const FALLBACK_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Names and values as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a child is given: PATH, HOME and TZ of `parent`, LC_ALL=C (messages are read), and `added`.
 * Nothing else, so that a password in our own environment never reaches a program.
 */
export function minimalEnvironment(added: Readonly<Record<string, string>> = {}, parent: Environment = process.env): Record<string, string> {
  const environment: Record<string, string> = { PATH: searchPath(parent), LC_ALL: 'C' };
  for (const name of ['HOME', 'TZ']) {
    const value = parent[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...added };
}

/** PATH, or what Debian gives to root when there is none. */
export function searchPath(environment: Environment = process.env): string {
  const path = environment['PATH'];
  return path === undefined || path === '' ? FALLBACK_PATH : path;
}
