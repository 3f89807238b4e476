import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DocumentKind, DocumentStore, Store } from '@freezer/core';
import { openSqlStore } from '@freezer/store-sql';
import { MemoryStore } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportLines } from './export-documents.ts';
import { importDocuments, readExport } from './import-documents.ts';

let folder = '';
const stores: Store[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-export-'));
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function open(name: string): Promise<Store> {
  const store = await openSqlStore({ path: join(folder, name) });
  stores.push(store);
  await store.migrate();
  return store;
}

async function exported(store: Store): Promise<string> {
  let text = '';
  for await (const line of exportLines(store)) text += line;
  return text;
}

const owner = { projectId: 'p', userId: 'u' };
/** Jobs `j0`, `j1`, ... in this order. */
async function createMany(store: Store, count: number, document: (n: number) => object): Promise<void> {
  const jobs = store.documents<object>('jobs');
  await Promise.all(Array.from({ length: count }, (_, n) => jobs.create(`j${n}`, document(n), owner)));
}

const ALL = { update: false, testOnly: false };

function fileOf(text: string): string {
  const path = join(folder, 'export.jsonl');
  writeFileSync(path, text);
  return path;
}

describe('an export', () => {
  test('comes back into an empty store, each document with its owner', async () => {
    const [one, other] = await Promise.all([open('one'), open('other')]);
    await createMany(one, 1203, (n) => ({ description: `é \u2028 ${n}`, n }));
    await one.documents('clients').create('c', { client: { client_id: 'c' } }, { projectId: 'q', userId: 'v' });
    await one.documents('leases').create('l', { holder: 'x' }, owner);
    const text = await exported(one);
    expect(text.trimEnd().split('\n')).toHaveLength(1 + 1203 + 1 + 1);
    expect(await importDocuments(other, readExport(fileOf(text)), ALL)).toEqual({ created: 1204, updated: 0, left: 0 });
    expect(await exported(other)).toBe(text);
    expect(await other.documents('clients').get('c', { projectId: 'q', userId: 'v' })).toBeDefined();
  }, 60_000);

  test('is whole when documents are removed while it is written', async () => {
    const store = await open('one');
    const jobs = store.documents<object>('jobs');
    await createMany(store, 1003, () => ({}));
    const lines: string[] = [];
    for await (const text of exportLines(store)) {
      lines.push(text);
      // The last of a page, and the one before it.
      if (lines.length === 501) await Promise.all([jobs.remove('j499'), jobs.remove('j498')]);
    }
    expect(lines).toHaveLength(1 + 1003 + 1);
    expect(lines.at(-2)).toContain('"id":"j1002"');
    expect(lines.at(-1)).toBe('{"documents":1003}\n');
  }, 60_000);

  // The first numbers a document when it is asked to write it, the other when it has written it.
  test.each(['elasticsearch', 'postgresql'])('keeps the order of documents in a store like %s, however long each takes', async (kind) => {
    const order: string[] = [];
    const takeTime = (id: string): Promise<void> => wait(id.endsWith('0') ? 30 : 0);
    const memory = new MemoryStore();
    await memory.migrate();
    const store = {
      kind,
      documents<T extends object>(of: DocumentKind): DocumentStore<T> {
        const documents = memory.documents<T>(of);
        const { get, create } = { get: documents.get.bind(documents), create: documents.create.bind(documents) };
        documents.get = async (id, scope) => {
          await takeTime(id);
          return get(id, scope);
        };
        documents.create = async (id, ...words) => {
          if (kind === 'elasticsearch') order.push(id);
          await takeTime(id);
          if (kind === 'postgresql') order.push(id);
          return create(id, ...words);
        };
        return documents;
      },
    };
    const ids = Array.from({ length: 70 }, (_, n) => `j${n}`);
    const text = ids.map((id) => JSON.stringify({ kind: 'jobs', id, project_id: 'p', user_id: 'u', document: {} })).join('\n');
    expect(await importDocuments(store, readExport(fileOf(text)), ALL)).toMatchObject({ created: 70 });
    expect(order).toEqual(ids);
  });

  test('may be read again after it was interrupted: what is there is left, or replaced when that is asked for', async () => {
    const store = await open('one');
    await store.documents('jobs').create('a', { n: 1 }, owner);
    const path = fileOf(
      '{"freezer_export":1}\n{"kind":"jobs","id":"a","project_id":"p","user_id":"u","document":{"n":2}}\n{"kind":"jobs","id":"b","project_id":"p","user_id":"u","document":{}}\n{"documents":2}\n',
    );
    const n = async (): Promise<unknown> => (await store.documents<{ n: number }>('jobs').get('a', {}))?.document.n;
    expect(await importDocuments(store, readExport(path), { ...ALL, testOnly: true })).toEqual({ created: 1, updated: 0, left: 1 });
    expect(await importDocuments(store, readExport(path), ALL)).toEqual({ created: 1, updated: 0, left: 1 });
    expect(await n()).toBe(1);
    expect(await importDocuments(store, readExport(path), { ...ALL, update: true })).toEqual({ created: 0, updated: 2, left: 0 });
    expect(await n()).toBe(2);
  });

  test('that is cut off at the end of a line, or of which a line is missing, is refused', async () => {
    const [one, other] = await Promise.all([open('one'), open('other')]);
    await createMany(one, 3, () => ({}));
    const lines = (await exported(one)).split(/(?<=\n)/);
    const read = (text: string) => importDocuments(other, readExport(fileOf(text)), ALL);
    const cutOff = / is cut off: the last line of an export is missing; /;
    await expect(read(lines.slice(0, 1).join(''))).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(cutOff) });
    await expect(read(lines.slice(0, 3).join(''))).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(cutOff) });
    await expect(read(lines.toSpliced(2, 1).join(''))).rejects.toMatchObject({
      message: expect.stringMatching(/ line 4: the export had 3 documents, and here are 2; nothing was written$/),
    });
    await expect(read(lines.slice(0, -1).concat(lines).join(''))).rejects.toMatchObject({ message: expect.stringMatching(cutOff) });
    expect(await read(lines.concat(lines).join(''))).toEqual({ created: 3, updated: 0, left: 3 });
    expect(await read(lines.slice(1, 3).join(''))).toEqual({ created: 0, updated: 0, left: 2 });
  });

  test.each(['postgresql', 'sqlite'])(
    'goes on when a running API changes, makes or removes a document in a store like %s between its reading and its writing',
    async (kind) => {
      const memory = new MemoryStore();
      await memory.migrate();
      const jobs = memory.documents<object>('jobs');
      for (const id of ['changed', 'removed']) await jobs.create(id, { from: 'before' }, owner);
      let reads = 0;
      const store = {
        kind,
        documents<T extends object>(of: DocumentKind): DocumentStore<T> {
          const documents = memory.documents<T>(of);
          const get = documents.get.bind(documents);
          documents.get = async (id, scope) => {
            const found = await get(id, scope);
            reads += 1;
            if (reads > 3) return found;
            if (id === 'changed' && found) await jobs.replace(id, { from: 'the API' }, owner, found);
            if (id === 'removed') await jobs.remove(id);
            if (id === 'made') await jobs.create(id, { from: 'the API' }, owner);
            return found;
          };
          return documents;
        },
      };
      const line = (id: string): string => JSON.stringify({ kind: 'jobs', id, project_id: 'p', user_id: 'u', document: { from: 'the import' } });
      const path = fileOf(['changed', 'removed', 'made'].map(line).join('\n'));
      expect(await importDocuments(store, readExport(path), { ...ALL, update: true })).toEqual({ created: 1, updated: 2, left: 0 });
      for (const id of ['changed', 'removed', 'made']) expect((await jobs.get(id, {}))?.document).toEqual({ from: 'the import' });
    },
  );

  test.each([
    ['{"freezer_export":1}\nnonsense\n', / line 2: not JSON: /],
    ['{"freezer_export":2}\n', / line 1: an export of version 2; this version reads 1; nothing was written$/],
    ['{"kind":"tables","id":"a","project_id":"p","user_id":"u","document":{}}\n', / line 1: not a line of an export/],
    ['{"kind":"jobs","id":"a","project_id":"p","user_id":"u","document":[]}\n', / line 1: not a line of an export/],
    ['{"kind":"leases","id":"a","project_id":"p","user_id":"u","document":{}}\n', / line 1: not a line of an export/],
  ])('%j is refused with its line', async (text, message) => {
    const store = await open('one');
    await expect(importDocuments(store, readExport(fileOf(text)), ALL)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  test('what the lines come from is closed when the store refuses one', async () => {
    const store = await open('one');
    let isClosed = false;
    async function* lines() {
      try {
        for (let n = 0; n < 200; n += 1)
          yield { place: `line ${n}`, kind: 'jobs' as const, id: n === 5 ? 'x'.repeat(256) : `j${n}`, project_id: 'p', user_id: 'u', document: {} };
      } finally {
        isClosed = true;
      }
    }
    await expect(importDocuments(store, lines(), ALL)).rejects.toMatchObject({ code: 'invalid' });
    expect(isClosed).toBe(true);
  });

  test('a document that the store refuses is named by its line, with what was written before it, and all that was begun is done', async () => {
    const store = await open('one');
    const line = (id: string): string => JSON.stringify({ kind: 'jobs', id, project_id: 'p', user_id: 'u', document: {} });
    const ids = Array.from({ length: 70 }, (_, n) => `j${n}`);
    const path = fileOf([...ids, 'x'.repeat(256), 'behind'].map(line).join('\n'));
    await expect(importDocuments(store, readExport(path), ALL)).rejects.toMatchObject({
      code: 'invalid',
      message: `${path} line 71: an id has 1 to 255 characters, none of them NUL; 71 documents were written before it, and are left as they are when the import is repeated`,
    });
    expect(await store.documents('jobs').count({ scope: {} })).toBe(71);
    const broken = fileOf(`${line('a')}\nbroken`);
    await expect(importDocuments(store, readExport(broken), ALL)).rejects.toMatchObject({
      message: expect.stringMatching(/ line 2: not JSON: .*; nothing was written$/),
    });
  });

  test.each([
    ['none', 'cannot be read (ENOENT)'],
    ['.', 'cannot be read (EISDIR)'],
    ['empty', 'is empty, and no export'],
  ])('%s %s: one line', async (name, why) => {
    const store = await open('one');
    const path = join(folder, name);
    writeFileSync(join(folder, 'empty'), '\n');
    await expect(importDocuments(store, readExport(path), ALL)).rejects.toMatchObject({ code: 'invalid', message: `${path} ${why}; nothing was written` });
  });
});
