import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links in a row as Linux follows. */
const MOST_LINKS = 40;

/** Whether a path leads to a folder or into it. Links count by where they lead, so that one below the folder does not lead out of it. */
export function isBelow(path: string, folder: string): boolean {
  if (!path.startsWith('/')) return false;
  const outer = realPathOf(resolve('/', folder));
  const leads = [realPathOf(resolve('/', path)), physicalOf(path)];
  return leads.every((inner) => inner === undefined || inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`));
}

/** Links are followed as far as there is something; what does not exist yet keeps its name. */
function realPathOf(path: string, links = 0): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    if (parent === path || links > MOST_LINKS) return path;
    // A link to what is not there yet leads there once somebody has made it.
    const target = linkTargetOf(path);
    return target === undefined ? join(realPathOf(parent, links + 1), basename(path)) : realPathOf(target, links + 1);
  }
}

/** Behind a link `..` is the folder above its target, for the system; undefined where there is nothing, and the path is what it says. */
function physicalOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** Undefined: it is no link. */
function linkTargetOf(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}
