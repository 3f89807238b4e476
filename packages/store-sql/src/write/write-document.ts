import { type DocumentKind, type DocumentOwner, FreezerError } from '@freezer/core';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../place.ts';
import { DOCUMENT_COLUMNS, type FoundRow, ownerOf, versionOf } from '../rows.ts';
import { indexEntries } from '../terms/index-entries.ts';
import { countWrite, type Writing, writeEntries } from './index-writes.ts';

/** One write, inside a transaction. */
export interface Write extends Writing {
  readonly kind: DocumentKind;
  readonly id: string;
}

/** A document that is on its way in: `text` is its JSON. */
export interface Incoming {
  readonly document: object;
  readonly text: string;
  readonly owner: DocumentOwner;
}

export const noSuch = (kind: DocumentKind, id: string): FreezerError => new FreezerError('not_found', `there is no document '${id}' among ${kind}`);
const changed = (kind: DocumentKind, id: string): FreezerError =>
  new FreezerError('conflict', `document '${id}' among ${kind} was changed by somebody else meanwhile`);

/** Resolves to the place of the new document in the order of creation. */
export async function createDocument(write: Write, { document, text, owner }: Incoming): Promise<number> {
  const { database, dialect, kind, id } = write;
  const row = { kind, id, project_id: owner.projectId, user_id: owner.userId, revision: 1, document: text };
  const seq = await insertedSeq(database, dialect, row);
  if (seq === undefined) throw new FreezerError('already_exists', `there is a document '${id}' among ${kind} already`);
  await writeEntries(write, seq, indexEntries(kind, document, owner));
  await countWrite(write, kind, owner.projectId, 1);
  return seq;
}

type NewRow = Readonly<Omit<FoundRow, 'seq' | 'id' | 'project_id' | 'user_id' | 'revision'>> & {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly revision: number;
};

async function insertedSeq(database: Database, dialect: Dialect, row: NewRow): Promise<number | undefined> {
  const insert = database.insertInto('freezer_documents').values(row);
  if (dialect.kind !== 'mysql') {
    const inserted = await insert
      .onConflict((conflict) => conflict.columns(['kind', 'id']).doNothing())
      .returning('seq')
      .executeTakeFirst();
    return inserted && Number(inserted.seq);
  }
  try {
    return Number((await insert.executeTakeFirstOrThrow()).insertId);
  } catch (error) {
    if (dialect.isDuplicate(error)) return undefined;
    throw error;
  }
}

/** The row as it is now, and stays until the transaction ends. */
async function lockedRow({ database, dialect, kind, id }: Write): Promise<FoundRow | undefined> {
  const query = database.selectFrom('freezer_documents').select(DOCUMENT_COLUMNS).where('kind', '=', kind).where('id', '=', id);
  return await (dialect.kind === 'sqlite' ? query : query.forUpdate()).executeTakeFirst();
}

/** Resolves to the new revision and the place in the order of creation. */
export async function replaceDocument(write: Write, { document, text, owner }: Incoming, version: string): Promise<{ seq: number; revision: number }> {
  const { database, kind, id } = write;
  const row = await lockedRow(write);
  if (!row) throw noSuch(kind, id);
  if (versionOf(row.seq, row.revision) !== version) throw changed(kind, id);
  const seq = Number(row.seq);
  const revision = Number(row.revision) + 1;
  const before = ownerOf(row);
  await database
    .updateTable('freezer_documents')
    .set({ project_id: owner.projectId, user_id: owner.userId, revision, document: text })
    .where('seq', '=', seq)
    .execute();
  await writeEntries(write, seq, indexEntries(kind, document, owner), indexEntries(kind, JSON.parse(row.document) as object, before));
  if (before.projectId === owner.projectId) {
    await countWrite(write, kind, owner.projectId, 0);
  } else {
    const moves = [
      { projectId: before.projectId, documents: -1 },
      { projectId: owner.projectId, documents: 1 },
    ].toSorted((one, two) => (one.projectId < two.projectId ? -1 : 1));
    for (const { projectId, documents } of moves) await countWrite(write, kind, projectId, documents);
  }
  return { seq, revision };
}

/** Resolves to whether there was one. */
export async function removeDocument(write: Write, version: string | undefined): Promise<boolean> {
  const { database, kind, id } = write;
  const row = await lockedRow(write);
  if (!row) return false;
  if (version !== undefined && versionOf(row.seq, row.revision) !== version) throw changed(kind, id);
  const seq = Number(row.seq);
  const owner = ownerOf(row);
  await database.deleteFrom('freezer_documents').where('seq', '=', seq).execute();
  await writeEntries(write, seq, { terms: new Set(), numbers: new Map() }, indexEntries(kind, JSON.parse(row.document) as object, owner));
  await countWrite(write, kind, owner.projectId, -1);
  return true;
}
