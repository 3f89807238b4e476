import { FreezerError } from '@freezer/core';
import { type IniEntry, keyOf, nearestName, readValue, refuseWhatIsMissing, type UnknownKey, type ValuePlace } from '@freezer/settings';
import { AGENT_TABLE } from './option-table.ts';

/** One `[storage:NAME]` of a job file: one of several storages that hold the same backups. */
export interface StorageSection {
  readonly name: string;
  /** What the section says, by key; `storage` and `container` are always there. Only Swift takes from other places, as `completedSection` says. */
  readonly settings: Readonly<Record<string, unknown>> & { readonly storage: string; readonly container: string };
}

const HEADER = /^storage:\s*(.*)$/i;

/** The name in `storage:NAME`; undefined for other sections. */
export const storageSectionName = (section: string): string | undefined => HEADER.exec(section)?.[1];

function sectionOf(name: string, entries: readonly IniEntry[], { file, at, unknown }: SectionsRead): StorageSection {
  const settings: Record<string, unknown> = {};
  for (const { key, value } of entries) {
    const option = AGENT_TABLE.ofFileName(key);
    const place = `${file}: [storage:${name}] ${key}`;
    // Taken as one, two sections of one name would leave a storage without backups, and nobody would hear of it.
    if (option && keyOf(option) in settings)
      throw new FreezerError('invalid', `${place} stands there twice: in one section, or in two of one name, and each storage needs a name of its own`);
    if (option) {
      settings[keyOf(option)] = readValue(option, value, { ...at, place });
    } else {
      settings[key.replaceAll('-', '_')] = value;
      unknown.push({ place: `${file}: [storage:${name}]`, key, nearest: nearestName(key.replaceAll('-', '_'), AGENT_TABLE.keysOf('DEFAULT')) });
    }
  }
  const { storage, container } = settings;
  if (typeof storage !== 'string') throw new FreezerError('invalid', `${file}: [storage:${name}]: storage is missing`);
  if (typeof container !== 'string' || container === '') throw new FreezerError('invalid', `${file}: [storage:${name}]: container is missing`);
  const kind = AGENT_TABLE.ofKey('storage');
  if (kind) refuseWhatIsMissing(kind, `${file}: [storage:${name}] storage`, storage);
  return { name, settings: { ...settings, storage, container } };
}

/** How things are done, whatever the storage, and where a host has its clouds: said once for all. */
const GENERAL = [
  'max_segment_size',
  'segments_in_flight',
  'swift_large_objects',
  'swift_timeout',
  'container_prefix',
  'proxy',
  'state_dir',
  'os_client_config_file',
  'os_client_secure_file',
];

/** By what servers are judged: goes with the account, and makes none. */
const TLS = ['os_cacert', 'os_cert', 'os_key', 'insecure'];

const isOfAccount = (key: string): boolean => (key.startsWith('os_') && !GENERAL.includes(key)) || key === 'osrc' || key === 'insecure';

/** A section of Swift with what it does not say itself: how things are done, and, where it has no account of its own, the whole account. */
export function completedSection(section: StorageSection, settings: Readonly<Record<string, unknown>>): StorageSection {
  const { settings: own } = section;
  if (own.storage !== 'swift') return section;
  const hasAccount = Object.keys(own).some((key) => isOfAccount(key) && !TLS.includes(key));
  const taken = Object.entries(settings).filter(([key, value]) => value !== undefined && (GENERAL.includes(key) || (!hasAccount && isOfAccount(key))));
  return { ...section, settings: { ...Object.fromEntries(taken), ...own } };
}

/** Where sections stand, and whom to tell about keys that are no settings. */
export interface SectionsRead {
  readonly file: string;
  readonly at: Omit<ValuePlace, 'place'>;
  readonly unknown: UnknownKey[];
}

/** The storages that a job file names, in its order; empty when it has no such section. */
export function readStorageSections(entries: readonly IniEntry[], read: SectionsRead): readonly StorageSection[] {
  const byName = new Map<string, IniEntry[]>();
  for (const entry of entries) {
    const name = storageSectionName(entry.section);
    if (name !== undefined) byName.set(name, [...(byName.get(name) ?? []), entry]);
  }
  return [...byName].map(([name, own]) => sectionOf(name, own, read));
}
