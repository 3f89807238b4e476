import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { JobEvent } from '@freezer/client-sdk';
import { FreezerError, messageOf } from '@freezer/core';
import { jobFilePath, placesOf } from '@freezer/scheduler';
import { formatJson } from '@freezer/terminal';
import { allOf } from '../all-of.ts';
import { ruledTable } from '../ruled-table.ts';
import type { ApiCommand, ApiCommandContext } from './api-command-context.ts';

const PAGE = 100;

async function* jobsOf({ client, clientId, settings }: ApiCommandContext) {
  const search = settings['active_only'] ? { search: { match_not: [{ status: 'completed' }] } } : {};
  yield* client.jobs.all({ limit: PAGE, clientId: await clientId(), ...search });
}

const event =
  (name: JobEvent, done: string): ApiCommand =>
  async ({ client, job, host }) => {
    const { result } = await client.jobs.request(job(), name);
    host.print(result === 'success' ? `Job ${job()} ${done}\n` : `${result}\n`);
  };

const jobCreate: ApiCommand = async (context) => {
  const { client, document, host } = context;
  host.print(`Created job ${await create(context, await document(), client)}\n`);
};

async function create({ clientId }: ApiCommandContext, document: Record<string, unknown>, client: ApiCommandContext['client']): Promise<string> {
  const job = { ...document, client_id: document['client_id'] || (await clientId()) };
  return (await client.jobs.create(job as Parameters<typeof client.jobs.create>[0])).id;
}

const jobGet: ApiCommand = async ({ client, job, host }) => {
  const found = await client.jobs.get(job());
  if (!found) throw new FreezerError('not_found', `no job ${job()}`);
  host.print(formatJson(found));
};

const jobDelete: ApiCommand = async ({ client, job, host }) => {
  await client.jobs.delete(job());
  host.print(`Job ${job()} deleted\n`);
};

const jobList: ApiCommand = async (context) => {
  const jobs = await allOf(jobsOf(context));
  if (context.settings.json) return context.host.print(formatJson(jobs));
  const rows = jobs.map(({ job_id: id, description, job_actions: actions, job_schedule: schedule, session_id: session }) => [
    id ?? '',
    description ?? '',
    actions?.length ?? 0,
    schedule?.status ?? '',
    schedule?.event ?? '',
    schedule?.result ?? '',
    session ?? '',
  ]);
  context.host.print(ruledTable(['job_id', 'description', '# actions', 'status', 'event', 'result', 'session_id'], rows));
};

const jobDownload: ApiCommand = async (context) => {
  const { jobsDir } = placesOf(context.settings, context.host);
  await mkdir(jobsDir, { recursive: true, mode: 0o700 });
  for await (const job of jobsOf(context)) {
    const path = jobFilePath(jobsDir, String(job.job_id));
    await writeFile(path, `${JSON.stringify(job, undefined, 4)}\n`, { mode: 0o600 });
    context.host.print(`${path}\n`);
  }
};

const jobUpload: ApiCommand = async (context) => {
  const { jobsDir } = placesOf(context.settings, context.host);
  const names = (await readdir(jobsDir)).filter((name) => extname(name).toLowerCase() === '.conf').toSorted();
  const failed: string[] = [];
  for (const name of names) {
    try {
      const document = JSON.parse(await readFile(join(jobsDir, name), 'utf8')) as Record<string, unknown>;
      context.host.print(`Uploaded job ${await create(context, document, context.client)}\n`);
    } catch (error) {
      failed.push(name);
      context.host.complain(`${name}: ${messageOf(error)}\n`);
    }
  }
  if (failed.length > 0) throw new FreezerError('unexpected', `${failed.length} of ${names.length} files were not uploaded`);
};

/** The commands of jobs. */
export const JOB_COMMANDS: Readonly<Record<string, ApiCommand>> = {
  'job-create': jobCreate,
  'job-get': jobGet,
  'job-delete': jobDelete,
  'job-list': jobList,
  'job-start': event('start', 'started'),
  'job-stop': event('stop', 'stopped'),
  'job-abort': event('abort', 'aborted'),
  'job-download': jobDownload,
  'job-upload': jobUpload,
};
