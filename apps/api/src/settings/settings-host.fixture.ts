import type { SettingsHost } from '@freezer/settings';

type Texts = Readonly<Record<string, string>>;

/** A host with these files and nothing else. */
export function hostWith(files: Texts = {}, environment: Texts = {}): SettingsHost {
  const missing = (): never => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' });
  };
  return {
    environment,
    home: '/home/u',
    cwd: '/',
    hostname: 'h',
    isRoot: false,
    readFile: async (path) => files[path] ?? missing(),
    listFolder: async (path) => {
      const names = Object.keys(files).flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1)] : []));
      return names.length > 0 ? names : missing();
    },
  };
}
