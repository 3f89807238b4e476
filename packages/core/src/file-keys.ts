/** Where unfinished writes of storages that keep objects as files lie, below the container. */
export const TEMPORARY = '.freezer-tmp';

/** Why a key cannot be a path below a container: it could leave that, or meet the temporary folder. Undefined when it can. */
export function reasonAgainstKey(key: string): string | undefined {
  if (key.includes('\0')) return 'a key must not hold a NUL byte';
  if (/\p{Surrogate}/u.test(key)) return 'a key must be well-formed text';
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return "a key must be relative and hold no empty, '.' or '..' segment";
  return segments.includes(TEMPORARY) ? `'${TEMPORARY}' is kept for unfinished writes` : undefined;
}

/** A container on a server as an absolute path: a relative one begins in `home`. */
export function absoluteRoot(container: string, home: string): string {
  const segments: string[] = [];
  for (const segment of (container.startsWith('/') ? container : `${home}/${container}`).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** The folder above an absolute path; that of `/` is `/`. */
export const folderOfPath = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

/** The last segment of an absolute path. */
export const nameOfPath = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A name, or a relative path, in a folder, as an absolute path. */
export const inFolder = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);
