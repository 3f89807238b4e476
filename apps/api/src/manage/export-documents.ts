import { DOCUMENT_KINDS, type DocumentKind, type Store } from '@freezer/core';
import { everyDocument } from './every-document.ts';

/** What one line of an export holds. */
export interface ExportedLine {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly document: object;
}

/** The first line: the version of the format. */
export interface ExportHead {
  readonly freezer_export: 1;
}

/** The last line: an export without it is cut off. */
export interface ExportEnd {
  /** How many stand between head and end. */
  readonly documents: number;
}

const EXPORT_HEAD: ExportHead = { freezer_export: 1 };

/** Leases are of processes that run now. */
const EXPORTED = DOCUMENT_KINDS.filter((kind) => kind !== 'leases');

/** Every document of a store as JSON lines, each ended, between a head and an end. Documents of a kind come in the order in which they were made. */
export async function* exportLines(store: Store): AsyncGenerator<string> {
  yield `${JSON.stringify(EXPORT_HEAD)}\n`;
  let documents = 0;
  for (const kind of EXPORTED) {
    for await (const { id, document, owner } of everyDocument(store, kind)) {
      const line: ExportedLine = { kind, id, project_id: owner.projectId, user_id: owner.userId, document };
      documents += 1;
      yield `${JSON.stringify(line)}\n`;
    }
  }
  const end: ExportEnd = { documents };
  yield `${JSON.stringify(end)}\n`;
}
