import { DOCUMENT_KINDS, type DocumentKind, type Store } from '@freezer/core';

const PAGE = 500;

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
    const documents = store.documents<object>(kind);
    let marker: string | undefined;
    for (;;) {
      const page = await documents.search({ scope: {}, limit: PAGE, offset: 0, ...(marker !== undefined && { marker }) });
      for (const { id, document, owner } of page) {
        const line: ExportedLine = { kind, id, project_id: owner.projectId, user_id: owner.userId, document };
        yield `${JSON.stringify(line)}\n`;
      }
      if (page.length < PAGE) break;
      marker = page.at(-1)?.id;
    }
  }
}
