// The second half of the demo: the same by a service. An API without any configuration, a scheduler on this host, a job that somebody creates.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandPath, run, say, typed } from './steps.mjs';

const CLIENT = 'demo-host';
const PATIENCE_MS = 60_000;

/**
 * Runs a job from an API to a restore.
 * @param {string} place an empty folder for everything
 * @param {string} source what is backed up
 * @returns {Promise<string>} where it was restored to
 */
export async function demonstrateService(place, source) {
  mkdirSync(place, { recursive: true });
  const state = join(place, 'state');
  // A scheduler takes the agent that the path names: the one of this workspace.
  const own = { ...process.env, HOME: place, PATH: `${dirname(commandPath('freezer-agent'))}:${process.env.PATH}` };
  const storage = join(place, 'backups');
  const stops = [];
  try {
    say('A service: an API that needs no configuration (SQLite, for this user on this host alone)');
    stops.push(start('freezer-api', ['--auth', 'none', '--bind-port', '0', '--state-dir', state], own, join(place, 'api.log')));
    const trial = join(state, 'api-trial.json');
    await until('the API listens', () => existsSync(trial) && JSON.parse(readFileSync(trial, 'utf8')).url !== undefined);
    const { url, token } = JSON.parse(readFileSync(trial, 'utf8'));
    // With the usual state folder the commands of the same user find it there by themselves.
    const env = { ...own, OS_BACKUP_URL: url, OS_TOKEN: token, OS_PROJECT_ID: 'trial' };
    console.log(`  $ export OS_BACKUP_URL=${url} OS_PROJECT_ID=trial OS_TOKEN=...   # as ${trial} says`);

    say('A scheduler: it registers this host, and asks every two seconds what there is to do');
    const words = ['--no-daemon', '-c', CLIENT, '-i', '2', '--state-dir', state, '-f', join(place, 'jobs'), 'start'];
    stops.push(start('freezer-scheduler', words, own, join(place, 'scheduler.log')));
    await until('the scheduler has registered', () => capture(['client-list', '-f', 'json'], env).includes(CLIENT));
    run('freezer', ['client-list'], { env });

    say('A job: back up this folder into that one. The scheduler takes it, and we wait until it is done');
    const job = ['--path', source, '--backup-name', 'by-a-job', '--storage', 'local', '--container', storage];
    run('freezer', ['job-create', '-C', CLIENT, '--action', 'backup', ...job, '--wait'], { env });
    run('freezer', ['job-list'], { env });

    say('What the API knows of the backup, and of the run');
    run('freezer', ['backup-list'], { env });
    run('freezer', ['run-list'], { env });

    say('A restore of it');
    const target = join(place, 'restored');
    const hostname = JSON.parse(capture(['backup-list', '-f', 'json'], env))[0]?.Hostname;
    run('freezer-agent', [
      'restore',
      ...['--restore-abs-path', target, '--backup-name', 'by-a-job', '--storage', 'local', '--container', storage],
      ...['--hostname', hostname, '--state-dir', state],
    ]);
    return target;
  } catch (error) {
    for (const name of ['api.log', 'scheduler.log'])
      if (existsSync(join(place, name))) console.log(`\n${name}:\n${readFileSync(join(place, name), 'utf8').slice(-4000)}`);
    throw error;
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** Starts a service in the background, its output in a file; returns what ends it. */
function start(name, words, env, log) {
  console.log(`${typed(name, words)} &`);
  const file = openSync(log, 'a', 0o600);
  const child = spawn(commandPath(name), words, { env, stdio: ['ignore', file, file] });
  closeSync(file);
  const ended = new Promise((resolve) => child.once('close', resolve));
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

/** What a command prints, unseen; it may fail as long as what it asks is not there yet. */
const capture = (words, env) => spawnSync(commandPath('freezer'), words, { env, encoding: 'utf8' }).stdout;

async function until(what, isSo) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(200)) if (isSo()) return;
  throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
}
