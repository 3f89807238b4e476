import { createHash } from 'node:crypto';
import { checkContainer } from '@freezer/agent';
import { type DocumentOwner, FreezerError, type Store } from '@freezer/core';
import type { GivenOption, SettingsHost } from '@freezer/settings';
import { openStore } from '../../store/open-store.ts';
import type { ManageRun } from '../manage-run.ts';
import { HostOwners, KnownRecords } from './known-records.ts';
import { openStorages, type StorageChoice } from './open-storages.ts';
import { readLevels } from './read-levels.ts';
import { type LevelFacts, recordOfLevel } from './record-of-level.ts';

const TRIAL = 'trial';

interface Counts {
  points: number;
  entered: number;
  known: number;
  unreadable: number;
  /** By host: points of which nobody can say whose they are. */
  readonly ownerless: Map<string, number>;
}

export interface ReindexRun {
  readonly run: ManageRun;
  readonly given: readonly GivenOption[];
  readonly host: SettingsHost;
  /** There is no Keystone: everything belongs to one project. */
  readonly isTrial: boolean;
}

/** The same for the same point of a project, so that two runs at the same time do not enter it twice. */
function idOf({ projectId }: DocumentOwner, { engine, host, name, id }: LevelFacts): string {
  const words = ['reindex', projectId, engine, host, name, id.t0, id.level, id.t];
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 32);
}

class Reindex {
  readonly counts: Counts = { points: 0, entered: 0, known: 0, unreadable: 0, ownerless: new Map() };
  readonly #request: ReindexRun;
  readonly #store: Store;
  readonly #known: KnownRecords;
  readonly #hosts: HostOwners;

  constructor(request: ReindexRun, store: Store, before: { readonly known: KnownRecords; readonly hosts: HostOwners }) {
    this.#request = request;
    this.#store = store;
    this.#known = before.known;
    this.#hosts = before.hosts;
  }

  async read({ storages, hostname, backupName }: StorageChoice): Promise<void> {
    const { logger } = this.#request.run;
    for (const where of storages) {
      const before = this.counts.points + this.counts.unreadable;
      const levels = readLevels({
        where,
        split: (set) => this.#hosts.split(set, hostname),
        wanted: ({ host, name }) => (hostname === undefined || host === hostname) && (backupName === undefined || name === backupName),
        logger,
        unreadable: () => void this.counts.unreadable++,
      });
      for await (const some of levels) await Promise.all(some.map((level) => this.#enter(level)));
      if (this.counts.points + this.counts.unreadable === before) await checkContainer(where.storage);
    }
  }

  #ownerOf(host: string): DocumentOwner | undefined {
    const { settings } = this.#request.run;
    const client = this.#hosts.of(host);
    const projectId = settings.project_id ?? client?.projectId ?? (this.#request.isTrial ? TRIAL : undefined);
    if (projectId === undefined) return undefined;
    const userId = settings.user_id ?? (client?.projectId === projectId ? client.userId : projectId);
    return { projectId, userId };
  }

  async #enter(level: LevelFacts): Promise<void> {
    const { counts } = this;
    counts.points++;
    const owner = this.#ownerOf(level.host);
    if (owner === undefined) counts.ownerless.set(level.host, (counts.ownerless.get(level.host) ?? 0) + 1);
    else if (this.#known.has(owner, level)) counts.known++;
    else {
      this.#known.add(owner, level);
      counts[await this.#write(owner, level)]++;
    }
  }

  async #write(owner: DocumentOwner, level: LevelFacts): Promise<'entered' | 'known'> {
    if (this.#request.run.settings.test_only) return 'entered';
    const id = idOf(owner, level);
    const document = { project_id: owner.projectId, backup_id: id, user_id: owner.userId, user_name: null, backup_metadata: recordOfLevel(level) };
    try {
      await this.#store.documents<object>('backups').create(id, document, owner);
      return 'entered';
    } catch (error) {
      if (!FreezerError.is(error, 'already_exists')) throw error;
      return 'known';
    }
  }
}

function textOf({ points, entered, known, unreadable, ownerless }: Counts, testOnly: boolean): string {
  const parts = [
    `${points} ${points === 1 ? 'point' : 'points'} found`,
    `${entered} ${testOnly ? 'would be entered' : 'entered'}`,
    `${known} known already`,
    ...(unreadable > 0 ? [`${unreadable} left out as unreadable`] : []),
    ...(ownerless.size > 0 ? [`${[...ownerless.values()].reduce((sum, count) => sum + count, 0)} left out as nobody's`] : []),
  ];
  return `${parts.join(', ')}\n`;
}

/** Fails with `invalid` or `corrupt` when something was left out. */
function refuseWhatIsLeft({ ownerless, unreadable }: Counts): void {
  if (ownerless.size > 0) {
    const hosts = [...ownerless.keys()].slice(0, 5).join(', ');
    throw new FreezerError(
      'not_found',
      `whose are the backups of ${hosts}? no project, or more than one, has a client with this hostname; say it by --project-id`,
    );
  }
  if (unreadable > 0) throw new FreezerError('corrupt', `${unreadable} ${unreadable === 1 ? 'level' : 'levels'} could not be read; the log names each`);
}

/** Enters a record of each point that lies on a storage and has none. Nothing that is there is changed, so it may be repeated. */
export async function runReindex(request: ReindexRun): Promise<void> {
  const { run, given, host } = request;
  const [extra] = [...(run.verb === '' ? [] : [run.verb]), ...run.operands];
  if (extra !== undefined) throw new FreezerError('invalid', `unexpected word '${extra}' after reindex`);
  const choice = await openStorages(given, host, run.logger);
  try {
    await using store = await openStore(run.settings, run.logger);
    if (!run.settings.test_only) await store.migrate();
    const isEmpty = run.settings.test_only && (await store.describe()).length === 0;
    const before = isEmpty
      ? { known: new KnownRecords(), hosts: new HostOwners() }
      : { known: await KnownRecords.read(store), hosts: await HostOwners.read(store) };
    const reindex = new Reindex(request, store, before);
    await reindex.read(choice);
    await run.print(textOf(reindex.counts, run.settings.test_only));
    refuseWhatIsLeft(reindex.counts);
  } finally {
    await Promise.all(choice.storages.map(({ storage }) => storage.close()));
  }
}
