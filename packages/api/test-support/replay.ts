import { readFileSync } from 'node:fs';
import { type ApiBench, CALLERS, type Reply } from './api-bench.ts';

export interface Recorded {
  readonly seq: number;
  readonly case: string;
  readonly as: string | null;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number | null;
  readonly response_headers?: Readonly<Record<string, string>>;
  readonly response_body?: unknown;
}

export function readRecording(name: string): Recorded[] {
  const text = readFileSync(new URL(`../fixtures/recorded/${name}.jsonl`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

/** Which answer tells the id behind a placeholder: case (or a later one, when an earlier was refused) and field. */
const NAMED: Readonly<Record<string, readonly [name: string, field: string]>> = {
  'backup-create': ['backup.1', 'backup_id'],
  'backup-create-same': ['backup.2', 'backup_id'],
  'backup-create-minimal': ['backup.3', 'backup_id'],
  'backup-create-no-content-type': ['backup.4', 'backup_id'],
  'backup-create-text-plain': ['backup.5', 'backup_id'],
  'backup-create-own-id': ['backup.6', 'backup_id'],
  'backup-create-status': ['backup.7', 'backup_id'],
  'backup-create-service': ['backup.8', 'backup_id'],
  'action-create': ['action.1', 'action_id'],
  'action-create-minimal': ['action.2', 'action_id'],
  'job-create': ['job.1', 'job_id'],
  'job-create-unknown-client': ['job.ghost', 'job_id'],
  'job-create-empty-actions': ['job.empty', 'job_id'],
  'job-create-no-schedule': ['job.nosched', 'job_id'],
  'job-create-own-id': ['job.own', 'job_id'],
  'job-create-defaults': ['job.defaults', 'job_id'],
  'job-create-action-ref': ['job.ref', 'job_id'],
  'session-create': ['session.1', 'session_id'],
  'session-create-empty-schedule': ['session.2', 'session_id'],
};

/** Bodies that were the answer to the request before. */
const SENT_BACK = ['job-patch-whole-document', 'session-patch-whole'];

type Names = Map<string, string>;

function filled(value: unknown, names: Names): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(
      /\{\{([\w.]+)\}\}/g,
      (whole, name: string) => names.get(name) ?? (/^(backup|action|job|session)\./.test(name) ? `missing-${name}` : whole),
    );
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, names));
  if (typeof value !== 'object' || value === null) return value;
  if ('$repeat' in value && Array.isArray(value.$repeat)) return String(value.$repeat[0]).repeat(Number(value.$repeat[1]));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [String(filled(key, names)), filled(each, names)]));
}

export interface Replayed {
  readonly recorded: Recorded;
  readonly reply: Reply;
}

/** Makes every recorded request again, in its order, on an API whose store is empty. */
export async function replay(bench: ApiBench, recording: readonly Recorded[]): Promise<Replayed[]> {
  const names: Names = new Map();
  for (const [name, { userId, projectId = '' }] of Object.entries(CALLERS)) {
    names.set(`user.${name}`, userId);
    names.set(`token.${name}`, name);
    names.set(`project.${projectId.replace('project-', '')}`, projectId);
  }
  const replayed: Replayed[] = [];
  for (const recorded of recording) {
    if (recorded.case === 'session-start-out-of-sync') bench.now += 3200;
    const before = replayed.at(-1)?.reply.body;
    const sent = SENT_BACK.includes(recorded.case) ? before : recorded.body;
    const raw = typeof sent === 'object' && sent !== null && '$raw' in sent ? Buffer.from(String(sent.$raw), 'latin1') : undefined;
    const headers = Object.fromEntries(Object.entries(recorded.headers).map(([key, value]) => [key.toLowerCase(), String(filled(value, names))]));
    const body = raw ?? (sent === null || sent === undefined ? undefined : Buffer.from(JSON.stringify(filled(sent, names))));
    const reply = await bench.call(recorded.method, String(filled(recorded.path, names)), {
      headers: { ...(!('accept' in headers) && { accept: '*/*' }), ...headers },
      ...(body && { raw: body }),
    });
    const [name, field] = NAMED[recorded.case] ?? [];
    const document = reply.body;
    if (name !== undefined && field !== undefined && !names.has(name) && typeof document === 'object' && document !== null && field in document) {
      names.set(name, String((document as Record<string, unknown>)[field]));
    }
    if (recorded.case === 'job-get') names.set('action.job1', firstActionOf(document));
    replayed.push({ recorded, reply });
  }
  return replayed;
}

function firstActionOf(document: unknown): string {
  const [first] = (document as { job_actions?: { action_id: string }[] } | undefined)?.job_actions ?? [];
  return first?.action_id ?? 'missing';
}

/** What does not count: ids, times, versions, null against absent, words of errors. */
export function comparable(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => comparable(each, key));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([name, each]) => !['version', '_version'].includes(name) && each !== null);
    const kept =
      'title' in value && entries.every(([name]) => name === 'title' || name === 'description') ? entries.filter(([name]) => name === 'title') : entries;
    return Object.fromEntries(
      kept.map(([name, each]) => [String(comparable(name)), comparable(each, name)] as const).toSorted(([one], [two]) => Number(one > two) - Number(one < two)),
    );
  }
  if (typeof value === 'number' && key.startsWith('time_') && value > 1_790_000_000) return '{{epoch}}';
  if (typeof value !== 'string') return value;
  return value
    .replaceAll(/\{\{(?:job|session|action|backup|client)\.[\w.]+\}\}/g, '{{hex}}')
    .replaceAll(/\{\{(user|project)\.(\w+)\}\}/g, (_whole, kind: string, name: string) => `${kind}-${name}`)
    .replaceAll(/[0-9a-f]{32}|\bmyjob\b/g, '{{hex}}');
}
