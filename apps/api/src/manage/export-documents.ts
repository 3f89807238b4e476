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

const EXPORT_HEAD = { freezer_export: 1 } as const;

/** Leases are of processes that run now. */
const EXPORTED = DOCUMENT_KINDS.filter((kind) => kind !== 'leases');

/** Every document of a store as JSON lines, each ended, behind a head. Documents of a kind come in the order in which they were made. */
export async function* exportLines(store: Store): AsyncGenerator<string> {
  yield `${JSON.stringify(EXPORT_HEAD)}\n`;
  for (const kind of EXPORTED) {
    for await (const { id, document, owner } of everyDocument(store, kind)) {
      const line: ExportedLine = { kind, id, project_id: owner.projectId, user_id: owner.userId, document };
      yield `${JSON.stringify(line)}\n`;
    }
  }
}
