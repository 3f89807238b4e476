import { join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { SettingsHost } from '@freezer/settings';
import type { ResolvedApi } from './resolve-api.ts';
import { candidates, type FoundText, readFirst } from './search-places.ts';

const DEFAULT_NAMES = ['policy.yaml', 'policy.json'];

async function mainFile({ settings, files, places }: ResolvedApi, host: SettingsHost): Promise<FoundText | undefined> {
  const named = settings['oslo_policy.policy_file'];
  const names = named === undefined ? DEFAULT_NAMES : [named, ...(named === 'policy.yaml' ? ['policy.json'] : [])];
  for (const name of names) {
    const found = await readFirst(candidates(name, files, host), host);
    if (found) return found;
  }
  // The default name in a sample that was taken over says nothing; another one was meant.
  if (named === undefined || DEFAULT_NAMES.includes(named)) return undefined;
  throw new FreezerError('invalid', `${places.get('oslo_policy.policy_file')}: policy file ${named} not found`);
}

async function filesOfFolder(name: string, resolved: ResolvedApi, host: SettingsHost): Promise<FoundText[]> {
  for (const folder of candidates(name, resolved.files, host)) {
    const names = await host.listFolder(folder).catch((error: unknown) => {
      const code = systemCodeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (names === undefined) continue;
    const wanted = names.filter((one) => /^[^.].*\.(ya?ml|json)$/.test(one)).toSorted();
    const found = await Promise.all(wanted.map((one) => readFirst([join(folder, one)], host)));
    return found.flatMap((one) => (one ? [one] : []));
  }
  return [];
}

/**
 * The files of rules that differ from the built-in ones, in the order in which they count, the last most: policy.yaml or else policy.json, beside
 * the configuration or in ~/.freezer, ~, /etc/freezer, /etc; then those of policy_dirs by name. Fails with `invalid`.
 */
export async function readPolicyFiles(resolved: ResolvedApi, host: SettingsHost): Promise<readonly FoundText[]> {
  try {
    const main = await mainFile(resolved, host);
    const folders = await Promise.all(resolved.settings['oslo_policy.policy_dirs'].map((name) => filesOfFolder(name, resolved, host)));
    return [...(main ? [main] : []), ...folders.flat()];
  } catch (error) {
    if (FreezerError.is(error)) throw error;
    throw new FreezerError('invalid', `a policy file cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
