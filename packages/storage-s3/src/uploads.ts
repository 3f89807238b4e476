import { randomUUID } from 'node:crypto';
import { collect, type StorageRemains } from '@freezer/core';
import type { Bucket } from './bucket.ts';
import { type Deed, guarded, isAbsence } from './failure.ts';
import type { KeyNames } from './key-name.ts';
import { contentsBelow } from './listing.ts';
import { bytesOf } from './read-object.ts';

const OWNER = 'owner';
/** More than an owner, or a note, ever holds. */
const NOTE_MAX_BYTES = 65_536;
/** At once. */
const ABORTS = 8;

interface Remains {
  readonly runId: string;
  readonly owner: Uint8Array | undefined;
  readonly modifiedAt: number;
}

/**
 * Notes of the multipart uploads of a run, as objects: `.freezer-tmp/<run id>/owner`, and one for each upload with the name of its object. A server
 * lists uploads without saying whose they are, keeps their parts for ever, and counts them.
 */
export class UploadNotes implements StorageRemains {
  readonly #bucket: Bucket;
  readonly #names: KeyNames;
  readonly #runId: string;
  readonly #place: string;
  #owner: Uint8Array;
  #ownerIsThere: Promise<void> | undefined;

  constructor(bucket: Bucket, names: KeyNames, { runId, owner, place }: { readonly runId: string; readonly owner: Uint8Array; readonly place: string }) {
    this.#bucket = bucket;
    this.#names = names;
    this.#runId = runId;
    this.#owner = owner;
    this.#place = place;
  }

  /** Notes an upload before it begins. Resolves to the name of the note. */
  async add(name: string, signal: AbortSignal | undefined): Promise<string> {
    this.#ownerIsThere ??= this.#write(`${this.#runId}/${OWNER}`, this.#owner);
    try {
      await this.#ownerIsThere;
    } catch (error) {
      this.#ownerIsThere = undefined;
      throw error;
    }
    const note = `${this.#runId}/upload-${randomUUID()}`;
    await this.#write(note, Buffer.from(name), signal);
    return note;
  }

  /** Takes a note away when its upload has ended, well or not. */
  async remove(runIdOrNote: string): Promise<void> {
    await guarded(this.#deed('removal of remains'), async () => {
      if (runIdOrNote.includes('/')) await this.#delete(runIdOrNote);
      else await this.#removeRun(runIdOrNote);
    });
  }

  async refresh(owner: Uint8Array): Promise<void> {
    this.#owner = owner;
    if (this.#ownerIsThere) await guarded(this.#deed('refresh'), async () => await this.#write(`${this.#runId}/${OWNER}`, owner));
  }

  async *list(): AsyncGenerator<Remains, void, undefined> {
    const deed = this.#deed('listing of remains');
    const found = await guarded(deed, async () => {
      const newest = new Map<string, number>();
      for await (const { name, modifiedAt } of contentsBelow(this.#bucket, this.#names.temporary(''), {})) {
        const [runId = ''] = name.slice(this.#names.temporary('').length).split('/');
        if (runId !== this.#runId) newest.set(runId, Math.max(newest.get(runId) ?? 0, modifiedAt ?? Date.now()));
      }
      return newest;
    });
    for (const [runId, modifiedAt] of found) {
      const owner = await guarded(deed, async () => await this.#read(`${runId}/${OWNER}`));
      yield { runId, owner, modifiedAt };
    }
  }

  /** At the end of a run: nothing of it stays. */
  async removeOwn(): Promise<void> {
    if (this.#ownerIsThere) await this.remove(this.#runId);
    this.#ownerIsThere = undefined;
  }

  async #removeRun(runId: string): Promise<void> {
    const notes: string[] = [];
    const base = this.#names.temporary('');
    for await (const { name } of contentsBelow(this.#bucket, `${base}${runId}/`, {})) notes.push(name.slice(base.length));
    for (const note of notes) {
      if (note.endsWith(`/${OWNER}`)) continue;
      const name = await this.#read(note);
      if (name) await this.#abortAll(Buffer.from(name).toString('utf8'));
      await this.#delete(note);
    }
    await this.#delete(`${runId}/${OWNER}`);
  }

  /** Ends each upload of an object: its run is dead, and no other writes under this name. */
  async #abortAll(name: string): Promise<void> {
    const { sdk, client } = this.#bucket;
    const open = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket: this.#bucket.name, Prefix: name }));
    const ids = (open.Uploads ?? []).filter(({ Key }) => Key === name).map(({ UploadId }) => UploadId);
    for (let start = 0; start < ids.length; start += ABORTS) {
      await Promise.all(ids.slice(start, start + ABORTS).map(async (id) => await abortUpload(this.#bucket, name, id ?? '')));
    }
  }

  async #write(note: string, body: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { sdk, client, name } = this.#bucket;
    await client.send(new sdk.PutObjectCommand({ Bucket: name, Key: this.#names.temporary(note), Body: body }), signal ? { abortSignal: signal } : {});
  }

  async #read(note: string): Promise<Buffer | undefined> {
    try {
      return await collect(bytesOf(this.#bucket, this.#names.temporary(note), {}), { maxBytes: NOTE_MAX_BYTES, what: note });
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async #delete(note: string): Promise<void> {
    const { sdk, client, name } = this.#bucket;
    await client.send(new sdk.DeleteObjectCommand({ Bucket: name, Key: this.#names.temporary(note) }));
  }

  #deed(operation: string): Deed {
    return { operation, key: '', place: this.#place };
  }
}

/** Ends an upload, and its parts are gone. One that has ended already is fine. */
export async function abortUpload({ sdk, client, name: bucket }: Bucket, name: string, id: string): Promise<void> {
  try {
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: id }));
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}
