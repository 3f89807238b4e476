import { FreezerError, type Logger } from '@freezer/core';
import type { ExportedLine } from './export-documents.ts';
import type { ManageSettings } from './manage-table.ts';

const DEFAULT_INDEX = 'freezer';

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign that stands for itself
  }
};

/** `http://user:password@host:9200/index`; the account and the authorities of [elasticsearch] count where the address has none. */
async function* readIndex(address: string, settings: ManageSettings, logger: Logger) {
  if (!URL.canParse(address)) throw new FreezerError('invalid', '--from: allowed: http://HOST:9200/INDEX');
  const { origin, pathname, username, password } = new URL(address);
  const { importFreezerIndex } = await import('@freezer/store-elasticsearch');
  yield* importFreezerIndex({
    hosts: [origin],
    index: decoded(pathname.replaceAll('/', '')) || DEFAULT_INDEX,
    httpAuth: username === '' ? settings['elasticsearch.http_auth'] : `${decoded(username)}:${decoded(password)}`,
    caCerts: settings['elasticsearch.ca_certs'],
    ...(settings['elasticsearch.verify_certs'] && { verifyCerts: true }),
    timeoutMs: settings['elasticsearch.timeout'] * 1000,
    logger,
  });
}

async function* readTables(url: string, logger: Logger) {
  const { importFreezerTables } = await import('@freezer/store-sql');
  yield* importFreezerTables(url, { logger });
}

/** What Freezer in Python keeps in a database or, as older releases do, in an index of Elasticsearch. It is only read. */
export async function* readOldFreezer(from: string, settings: ManageSettings, logger: Logger): AsyncGenerator<ExportedLine> {
  const documents = /^https?:/i.test(from) ? readIndex(from, settings, logger) : readTables(from, logger);
  for await (const { kind, id, owner, document } of documents) yield { kind, id, project_id: owner.projectId, user_id: owner.userId, document };
}
