import { type CloudFileSearch, candidates, findCloudFile } from './cloud-files.ts';
import { KeystoneError } from './keystone-error.ts';
import type { SessionOptions } from './session-options.ts';
import { sessionOptionsFrom } from './settings.ts';
import { branchOf, isTree, mergedTrees, type SettingsNode, type SettingsTree } from './settings-tree.ts';

export interface ReadCloudOptions extends CloudFileSearch {
  /** Default: `OS_CLOUD` of `variables`, else the only one in the file. */
  readonly cloud?: string;
  /** One of the cloud's regions; default the one it names, or the first of its list. */
  readonly region?: string;
}

/**
 * Session options of a cloud in `clouds.yaml`, with what `secure.yaml` adds and, for `profile`, what `clouds-public.yaml` says.
 * Throws `not_found` when there is no such file or cloud, `invalid` for what cannot be read; never with a value.
 */
export async function readCloud(options: ReadCloudOptions = {}): Promise<SessionOptions> {
  const file = await findCloudFile('clouds', options);
  if (file === undefined) throw new KeystoneError('not_found', `find clouds.yaml: there is none of ${candidates('clouds', options).join(', ')}`);
  const clouds = branchOf(file.content, 'clouds');
  const name = options.cloud ?? (options.variables?.['OS_CLOUD'] || onlyOne(clouds, file.path));
  const own = clouds.get(name);
  if (!isTree(own)) throw new KeystoneError('not_found', `read ${file.path}: there is no cloud '${name}'; there is ${listOf(clouds.keys())}`);
  const secure = await findCloudFile('secure', options);
  const complete = secure === undefined ? own : mergedTrees(own, branchOf(branchOf(secure.content, 'clouds'), name));
  const profiled = await withProfile(complete, `read ${file.path}: cloud '${name}'`, options);
  return optionsOf(withRegion(profiled, options.region, `read ${file.path}: cloud '${name}'`), `cloud '${name}' in ${file.path}`);
}

function onlyOne(clouds: SettingsTree, path: string): string {
  const [first, ...others] = clouds.keys();
  if (first !== undefined && others.length === 0) return first;
  throw new KeystoneError('invalid', `read ${path}: which cloud? Name one, or set OS_CLOUD; there is ${listOf(clouds.keys())}`);
}

async function withProfile(cloud: SettingsTree, where: string, options: ReadCloudOptions): Promise<SettingsTree> {
  const name = textOf(cloud.get('profile'));
  if (name === undefined) return cloud;
  const file = await findCloudFile('clouds-public', options);
  const profile = file === undefined ? undefined : branchOf(file.content, 'public-clouds').get(name);
  if (!isTree(profile))
    throw new KeystoneError('unsupported', `${where}: the profile '${name}' is in no clouds-public.yaml; write its auth_url into the cloud instead`);
  return mergedTrees(profile, cloud);
}

function withRegion(cloud: SettingsTree, wanted: string | undefined, where: string): SettingsTree {
  const regions = cloud.get('regions');
  const listed = Array.isArray(regions) ? (regions as readonly SettingsNode[]) : [];
  const nameOf = (node: SettingsNode) => (isTree(node) ? textOf(node.get('name')) : textOf(node));
  const name = wanted ?? textOf(cloud.get('region_name')) ?? (listed[0] === undefined ? undefined : nameOf(listed[0]));
  if (name === undefined) return cloud;
  const chosen = listed.find((node) => nameOf(node) === name);
  if (listed.length > 0 && chosen === undefined)
    throw new KeystoneError('not_found', `${where}: there is no region '${name}'; there is ${listOf(listed.map((node) => nameOf(node) ?? ''))}`);
  const values = isTree(chosen) ? branchOf(chosen, 'values') : new Map<string, SettingsNode>();
  return mergedTrees(mergedTrees(cloud, values), new Map([['region_name', name]]));
}

function optionsOf(cloud: SettingsTree, where: string): SessionOptions {
  const auth = branchOf(cloud, 'auth');
  const get = (key: string) => textOf(auth.get(key)) ?? textOf(cloud.get(key));
  const options = sessionOptionsFrom({ get, nameOf: (key) => `${key} of ${where}` });
  const overrides = [...cloud].flatMap(([key, node]) => {
    const type = /^(.+)_endpoint_override$/.exec(key)?.[1];
    const url = textOf(node);
    return type === undefined || url === undefined ? [] : [[type.replaceAll('_', '-'), url] as const];
  });
  return overrides.length === 0 ? options : { ...options, endpointOverrides: Object.fromEntries(overrides) };
}

function textOf(node: SettingsNode | undefined): string | undefined {
  return typeof node === 'string' && node.trim() !== '' ? node : undefined;
}

function listOf(names: Iterable<string>): string {
  return [...names].slice(0, 20).join(', ') || 'none';
}
