import { FreezerError, messageOf } from '@freezer/core';
import { formatJson } from '@freezer/terminal';
import { allOf } from '../all-of.ts';
import { ruledTable } from '../ruled-table.ts';
import type { ApiCommand } from './api-command-context.ts';

const PAGE = 100;

const sessionCreate: ApiCommand = async ({ client, document, host }) => {
  const { id } = await client.sessions.create((await document()) as Parameters<typeof client.sessions.create>[0]);
  host.print(`Created session ${id}\n`);
};

const sessionGet: ApiCommand = async ({ client, session, host }) => {
  const found = await client.sessions.get(session());
  if (!found) throw new FreezerError('not_found', `no session ${session()}`);
  host.print(formatJson(found));
};

const sessionDelete: ApiCommand = async ({ client, session, host }) => {
  await client.sessions.delete(session());
  host.print(`Session ${session()} deleted\n`);
};

const sessionList: ApiCommand = async ({ client, settings, host }) => {
  const sessions = await allOf(client.sessions.all({ limit: PAGE }));
  if (settings.json) return host.print(formatJson(sessions));
  const rows = sessions.map(({ session_id: id, session_tag: tag, status, description, jobs, time_start: start }) => [
    id ?? '',
    tag ?? 0,
    status ?? '',
    description ?? '',
    Object.keys(jobs ?? {}).length,
    typeof start === 'number' && start >= 0 ? new Date(start * 1000).toISOString() : '',
  ]);
  host.print(ruledTable(['session_id', 'tag', 'status', 'description', 'jobs', 'last_start'], rows));
};

const sessionListJob: ApiCommand = async ({ client, session, settings, host }) => {
  const found = await client.sessions.get(session());
  if (!found) throw new FreezerError('not_found', `no session ${session()}`);
  const entries = Object.entries(found.jobs ?? {});
  if (settings.json) return host.print(formatJson(found.jobs ?? {}));
  host.print(
    ruledTable(
      ['job_id', 'status', 'result', 'client_id'],
      entries.map(([id, member]) => [id, member.status ?? '', member.result ?? '', member.client_id ?? '']),
    ),
  );
};

const sessionAddJob: ApiCommand = async ({ client, session, job, host }) => {
  const ids = job()
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  let failed = 0;
  for (const id of ids) {
    try {
      await client.sessions.addJob(session(), id);
      host.print(`Job ${id} added correctly to session ${session()}\n`);
    } catch (error) {
      failed += 1;
      host.complain(`job ${id}: ${messageOf(error)}\n`);
    }
  }
  if (failed > 0) throw new FreezerError('unexpected', `${failed} of ${ids.length} jobs were not added`);
};

const sessionRemoveJob: ApiCommand = async ({ client, session, job, host }) => {
  await client.sessions.removeJob(session(), job());
  host.print(`Job ${job()} removed from session ${session()}\n`);
};

const clientList: ApiCommand = async ({ client, settings, host }) => {
  const clients = await allOf(client.clients.all({ limit: PAGE }));
  if (settings.json) return host.print(formatJson(clients));
  host.print(
    ruledTable(
      ['client_id', 'hostname', 'description'],
      clients.map(({ client: one }) => [one.client_id, one.hostname ?? '', one.description ?? '']),
    ),
  );
};

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

const backupList: ApiCommand = async ({ client, settings, host }) => {
  const backups = await allOf(client.backups.all({ limit: PAGE }));
  if (settings.json) return host.print(formatJson(backups));
  const rows = backups.map(({ backup_id: id, backup_metadata: metadata }) => {
    const stamp = Number(metadata?.['time_stamp']);
    return [
      text(id),
      text(metadata?.['backup_name']),
      text(metadata?.['hostname']),
      text(metadata?.['container']),
      Number.isFinite(stamp) && stamp > 0 ? new Date(stamp * 1000).toISOString() : '',
      text(metadata?.['curr_backup_level'] ?? metadata?.['level']),
    ];
  });
  host.print(ruledTable(['backup_id', 'backup_name', 'hostname', 'container', 'timestamp', 'level'], rows));
};

/** The commands of sessions, clients and backups. */
export const SESSION_COMMANDS: Readonly<Record<string, ApiCommand>> = {
  'session-create': sessionCreate,
  'session-get': sessionGet,
  'session-delete': sessionDelete,
  'session-list': sessionList,
  'session-list-job': sessionListJob,
  'session-add-job': sessionAddJob,
  'session-remove-job': sessionRemoveJob,
  'client-list': clientList,
  'backup-list': backupList,
};
