import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failureOfFile } from './http-failure.ts';
import { KeystoneError } from './keystone-error.ts';
import { type SettingsTree, treeOf } from './settings-tree.ts';
import { parseYamlSubset } from './yaml-subset.ts';

export interface CloudFileSearch {
  /** A `clouds.yaml`; default: the search. */
  readonly path?: string;
  /** Where `OS_CLOUD`, `OS_CLIENT_CONFIG_FILE`, `OS_CLIENT_SECURE_FILE`, `HOME` and `XDG_CONFIG_HOME` are looked up; default none of them. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** First place of the search; default the working folder of the process. */
  readonly workingFolder?: string;
  /** A full YAML parser, for files that need more than this package reads. */
  readonly parseYaml?: (text: string) => unknown;
}

export interface CloudFile {
  readonly path: string;
  readonly content: SettingsTree;
}

type Kind = 'clouds' | 'secure' | 'clouds-public';

/** The first file of that kind; `undefined` when there is none. A file that was named has to be there. */
export async function findCloudFile(kind: Kind, search: CloudFileSearch): Promise<CloudFile | undefined> {
  const named = namedFile(kind, search);
  if (named !== undefined) return readCloudFile(named, search);
  for (const path of candidates(kind, search)) {
    try {
      return await readCloudFile(path, search);
    } catch (error) {
      if (!KeystoneError.is(error, 'not_found')) throw error;
    }
  }
  return undefined;
}

/** The places that are searched, best first: the working folder, the user's settings, the system's. */
export function candidates(kind: Kind, search: CloudFileSearch): readonly string[] {
  const home = search.variables?.['HOME'] || homedir();
  const settings = search.variables?.['XDG_CONFIG_HOME'] || join(home, '.config');
  const folders = [search.workingFolder ?? process.cwd(), join(settings, 'openstack'), '/etc/openstack'];
  return folders.flatMap((folder) => ['yaml', 'yml', 'json'].map((ending) => join(folder, `${kind}.${ending}`)));
}

function namedFile(kind: Kind, { path, variables }: CloudFileSearch): string | undefined {
  if (kind === 'clouds') return path ?? (variables?.['OS_CLIENT_CONFIG_FILE'] || undefined);
  return kind === 'secure' ? variables?.['OS_CLIENT_SECURE_FILE'] || undefined : undefined;
}

async function readCloudFile(path: string, { parseYaml = parseYamlSubset }: CloudFileSearch): Promise<CloudFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw failureOfFile(`read ${path}`, error);
  }
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    // Another parser may quote the file in its message.
    throw new KeystoneError('invalid', `read ${path}: ${KeystoneError.is(error) ? error.message : 'the YAML parser refused it'}`);
  }
  return { path, content: treeOf(content) };
}
