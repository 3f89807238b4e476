import type { BytePath } from '@freezer/core';

/**
 * The path below the target that a name of an archive means: a `/` before it, empty parts and `.` count for nothing. Undefined when it
 * leads out by `..`, or can be no name.
 */
export function insidePath(name: string): BytePath | undefined {
  if (name.includes('\0')) return undefined;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || (process.platform === 'win32' && parts.some((part) => /[\\:]/.test(part)))) return undefined;
  return parts.length === 0 ? '.' : parts.join('/');
}
