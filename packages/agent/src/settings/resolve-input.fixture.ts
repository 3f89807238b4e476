import type { ResolveInput } from './resolve.ts';

function missing(path: string): Error {
  return Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' });
}

/** A host with these files and this environment, for tests. */
export function resolveInput(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  environment: ResolveInput['environment'] = {},
): ResolveInput {
  return {
    argv,
    environment,
    home: '/home/me',
    cwd: '/here',
    hostname: 'vm',
    isRoot: true,
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw missing(path);
      return text;
    },
    listFolder: async (path) => {
      const names = Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1));
      if (names.length === 0) throw missing(path);
      return names;
    },
  };
}
