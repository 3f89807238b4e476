import type { DocumentOwner, Store } from '@freezer/core';
import { everyDocument } from '../every-document.ts';
import type { LevelFacts } from './record-of-level.ts';

/** Python notes the time of a run a moment before its level gets its own. */
const SECONDS_BEFORE = 2;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The member `key`, when it is an object. */
function partOf(document: object, key: string): Readonly<Record<string, unknown>> {
  const part = Object.hasOwn(document, key) ? Reflect.get(document, key) : undefined;
  return isObject(part) ? part : {};
}

const keyOf = (projectId: string, host: unknown, name: unknown, time: number): string => JSON.stringify([projectId, host, name, time]);

/** The points of which there is a record, whoever made it: a point is known by project, host, name and time. */
export class KnownRecords {
  readonly #keys = new Set<string>();

  static async read(store: Store): Promise<KnownRecords> {
    const known = new KnownRecords();
    for await (const { document, owner } of everyDocument(store, 'backups')) {
      const { hostname, host_name, backup_name, time_stamp } = partOf(document, 'backup_metadata');
      known.#keys.add(keyOf(owner.projectId, hostname ?? host_name, backup_name, Number(time_stamp)));
    }
    return known;
  }

  has({ projectId }: DocumentOwner, { host, name, id, manifest }: LevelFacts): boolean {
    const earliest = manifest ? id.t : id.t - SECONDS_BEFORE;
    for (let time = id.t; time >= earliest; time--) if (this.#keys.has(keyOf(projectId, host, name, time))) return true;
    return false;
  }

  add({ projectId }: DocumentOwner, { host, name, id }: LevelFacts): void {
    this.#keys.add(keyOf(projectId, host, name, id.t));
  }
}

/** Who has a client of a hostname; undefined when several have, as then nobody can tell. */
export class HostOwners {
  readonly #owners = new Map<string, DocumentOwner | undefined>();

  static async read(store: Store): Promise<HostOwners> {
    const hosts = new HostOwners();
    for await (const { document, owner } of everyDocument(store, 'clients')) {
      const { hostname } = partOf(document, 'client');
      if (typeof hostname !== 'string' || hostname === '') continue;
      const before = hosts.#owners.get(hostname);
      const isOther = hosts.#owners.has(hostname) && before?.projectId !== owner.projectId;
      hosts.#owners.set(hostname, isOther ? undefined : owner);
    }
    return hosts;
  }

  of(host: string): DocumentOwner | undefined {
    return this.#owners.get(host);
  }

  /** Takes `<host>_<name>` apart: a host that is known, the longest, else what stands before the first `_`, which no host name may hold. */
  split(set: string, named: string | undefined): { readonly host: string; readonly name: string } {
    const hosts = [...(named === undefined ? [] : [named]), ...this.#owners.keys()].filter((host) => set.startsWith(`${host}_`));
    const host = hosts.toSorted((a, b) => b.length - a.length)[0] ?? (set.includes('_') ? set.slice(0, set.indexOf('_')) : set);
    return { host, name: set.slice(host.length + 1) };
  }
}
