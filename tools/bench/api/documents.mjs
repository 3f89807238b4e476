import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../ci/step.mjs';
import { ask } from './place.mjs';

export const JOBS_OF_A_CLIENT = 10;

export const clientName = (number) => `host-${number}.example.org`;

/** A job as people make them: one action, every day. */
export const jobOf = (clientId) => ({
  client_id: clientId,
  description: 'load test',
  job_schedule: { schedule_interval: '1 days' },
  job_actions: [
    {
      freezer_action: {
        action: 'backup',
        mode: 'fs',
        backup_name: 'etc',
        container: 'backups',
        path_to_backup: '/etc',
        storage: 'swift',
        max_level: '7',
        remove_older_than: '30',
      },
      max_retries: 3,
      max_retries_interval: 60,
      mandatory: true,
    },
  ],
});

const sqlite = (database, sql) => execFileSync('sqlite3', [database], { input: sql, encoding: 'utf8', maxBuffer: 1 << 28 });

/** The API of Python makes one client and one job; its tables then get as many more of the same. */
export async function fillPython(api, { token, projectId }, jobs) {
  const path = `${api.url}/v2/${projectId}`;
  await ask(`${path}/clients`, { method: 'POST', token, body: { client_id: clientName(0), hostname: 'host' } });
  await ask(`${path}/jobs`, { method: 'POST', token, body: jobOf(clientName(0)) });
  const columns = (table, without) =>
    sqlite(api.database, `select name from pragma_table_info('${table}');`)
      .split('\n')
      .filter((name) => name !== '' && !without.includes(name));
  const clone = (table, count, changed) => {
    const kept = columns(table, Object.keys(changed));
    const names = [...Object.keys(changed), ...kept].join(', ');
    const values = [...Object.values(changed), ...kept].join(', ');
    return `with recursive n(n) as (select 1 union all select n + 1 from n where n < ${count - 1}) insert into ${table} (${names}) select ${values} from (select * from ${table} limit 1), n;`;
  };
  const id = 'lower(hex(randomblob(16)))';
  sqlite(
    api.database,
    [
      clone('clients', jobs / JOBS_OF_A_CLIENT, { id, uuid: id, client_id: "'host-' || n || '.example.org'" }),
      clone('jobs', jobs, { id, client_id: `'host-' || (n / ${JOBS_OF_A_CLIENT}) || '.example.org'` }),
    ].join('\n'),
  );
}

/** Ids of jobs, one a line. */
export function jobIds(api, file) {
  writeFileSync(file, sqlite(api.database, 'select id from jobs where deleted = 0;'));
  return file;
}

export function clientIds(count, file) {
  writeFileSync(file, Array.from({ length: count }, (_, number) => `${clientName(number)}\n`).join(''));
  return file;
}

/** Our store itself, for more documents than a load could make in time. */
async function storePackage(folder) {
  const { build } = createRequire(join(ROOT, 'package.json'))('esbuild');
  await build({
    entryPoints: [join(ROOT, 'packages/store-sql/src/index.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@freezer/source'],
    external: ['libsql', '*.node'],
    // The drivers of servers are CommonJS; here they are never loaded.
    banner: { js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);" },
    entryNames: 'store-sql',
    outdir: folder,
    logLevel: 'error',
  });
  return await import(pathToFileURL(join(folder, 'store-sql.js')).href);
}

const AT_ONCE = 256;

/** Writes jobs as the API keeps them into a new file of ours, each client as many; resolves to their ids. `more`: what their schedules have besides. */
export async function fillOurs(place, { projectId, userId }, { jobs, clients, more: moreOfSchedule = {} }) {
  const { openSqlStore } = await storePackage(place.build);
  const owner = { projectId, userId };
  const store = await openSqlStore({ path: place.database });
  await store.migrate();
  const jobStore = store.documents('jobs');
  const ids = [];
  for (let done = 0; done < jobs; ) {
    const part = [];
    for (; part.length < AT_ONCE && done < jobs; done += 1) {
      const id = `${done.toString(16).padStart(8, '0')}${'0123456789abcdef01234567'}`;
      ids.push(id);
      const { job_actions: actions, job_schedule: schedule, ...job } = jobOf(clientName(done % clients));
      const more = { project_id: projectId, user_id: userId };
      const document = {
        job_id: id,
        ...more,
        job_schedule: { ...schedule, time_created: 1_795_000_000 + done, time_started: -1, time_ended: -1, status: 'scheduled', ...moreOfSchedule },
        ...job,
        session_id: '',
        session_tag: 0,
        job_actions: actions.map((action) => ({ ...action, ...more, action_id: `a${id}` })),
      };
      part.push(jobStore.create(id, document, owner));
    }
    await Promise.all(part);
  }
  // Plain JavaScript of Node 20 has no `await using`.
  await store[Symbol.asyncDispose]();
  return ids;
}
