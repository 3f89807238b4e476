import { documentWords, type ProgramText } from '@freezer/settings/text';
import { SCHEDULER_TABLE } from './scheduler-table.ts';

const PROGRAM = 'freezer-scheduler';

const DESCRIPTION = `Takes jobs from the API of Freezer, or from the files of a directory, and
runs freezer-agent when they are due. Options may stand before and behind
the action.
**start** goes into the background unless **--no-daemon** says otherwise.
.PP
Names of options may be shortened as long as only one begins so. Those of a
section have its name before theirs (**--scheduler-client-id**) and a shorter
one (**--client-id**, **--client_id**).`;

const FILES = `Settings come from freezer.conf, scheduler.conf and freezer-scheduler.conf,
each in the first of ~/.freezer, ~, /etc/freezer and /etc that has it, or from
the files of
**--config-file** and **--config-dir**.
Above them stands the command line.
**freezer-scheduler config-sample** prints them all.`;

const ENVIRONMENT = `Fills what no other place gave: OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and
the others of OpenStack, FREEZER_SCHEDULER_CONF_D, and for each setting
OS_ with section and key: OS_SCHEDULER__INTERVAL. Besides:`;

const SAMPLE_HEAD = `Settings of freezer-scheduler, for /etc/freezer/scheduler.conf. Written by freezer-scheduler config-sample.

What stands here counts less than the command line; the environment fills what neither gave. A line that begins
with # or ; is a comment, one that is indented goes on with the value before it. $name stands for the value of
another setting. Older places of settings are known, too: [DEFAULT] for all of [scheduler], and [DEFAULT] os_* for
[service_auth].`;

const api = (does: string, example: string) => ({ does, examples: [`${PROGRAM} ${example}`] });

/** What is said of the scheduler besides its options. */
export const SCHEDULER_TEXT: ProgramText = {
  program: PROGRAM,
  table: SCHEDULER_TABLE,
  actions: {
    start: {
      does: 'runs jobs when they are due, in the background unless --no-daemon is given',
      examples: [`${PROGRAM} -c node12 -i 15 start`, `${PROGRAM} --no-api -f ~/jobs --no-daemon start`],
    },
    stop: { does: 'ends the scheduler, once running jobs had stop_timeout seconds to end', examples: [`${PROGRAM} stop`, `${PROGRAM} stop --timeout 600`] },
    restart: { does: 'does both', examples: [`${PROGRAM} restart`] },
    status: { does: 'says whether it runs, and how its jobs are', examples: [`${PROGRAM} status`, `${PROGRAM} status --json`] },
    reload: { does: 'reads settings and job files anew and asks the API at once', examples: [`${PROGRAM} reload`] },
    'run-once': {
      does: 'runs one job now, here, and waits for its end: a job file, or the id of a job of the API',
      examples: [`${PROGRAM} run-once ~/jobs/etc.conf`, `${PROGRAM} run-once 07999ea33a494ccf84590191d6fe850c`],
    },
    validate: { does: 'checks job files or a directory of them, and says when each job would run', examples: [`${PROGRAM} validate ~/jobs/etc.conf`] },
    list: { does: 'shows the jobs of the running scheduler and when they run next', examples: [`${PROGRAM} list`, `${PROGRAM} list --json`] },
    service: { does: 'installs or removes the service of Windows', examples: [`${PROGRAM} service install`, `${PROGRAM} service remove`] },
    'job-create': api('makes a job of a file', '-c node12 job-create --file job.json'),
    'job-delete': api('removes a job from the API', 'job-delete -j 07999ea33a49'),
    'job-get': api('prints a job', 'job-get -j 07999ea33a49'),
    'job-list': api('shows the jobs of this client', '-c node12 job-list'),
    'job-start': api('asks for a job to be started', 'job-start -j 07999ea33a49'),
    'job-stop': api('asks for a job to be stopped', 'job-stop -j 07999ea33a49'),
    'job-abort': api('asks for a run to be ended', 'job-abort -j 07999ea33a49'),
    'job-download': api('writes the jobs of this client into a directory', '-f ~/jobs job-download'),
    'job-upload': api('makes jobs of all files of a directory', '-f ~/jobs job-upload'),
    'session-create': api('makes a session of a file', 'session-create --file session.json'),
    'session-delete': api('removes a session', 'session-delete -s 5d4e'),
    'session-get': api('prints a session', 'session-get -s 5d4e'),
    'session-list': api('shows the sessions', 'session-list'),
    'session-list-job': api('shows the jobs of a session', 'session-list-job -s 5d4e'),
    'session-add-job': api('adds jobs to a session', 'session-add-job -s 5d4e -j 0799,1234'),
    'session-remove-job': api('takes a job out of a session', 'session-remove-job -s 5d4e -j 0799'),
    'client-list': api('shows the clients', 'client-list'),
    'backup-list': api('shows the backups that the API knows', 'backup-list'),
  },
  otherWords: documentWords(PROGRAM, '/etc/freezer/scheduler.conf'),
  spelling: '--scheduler- may be left out of a name: --no-api is --scheduler-no-api. Options may stand before and behind the action.',
  exits: [
    ['0', 'done; of status: running and well'],
    ['1', 'failed; of status: not running, but a pid file is there, or the last poll is too old'],
    ['2', 'wrong usage: one line says what is wrong and what is allowed'],
    ['3', 'of status: not running; of run-once: done but incomplete'],
    ['64', 'unknown action'],
    ['69', 'not possible on this system'],
    ['70', 'a command of the API failed'],
    ['75', 'another scheduler works under this client id'],
  ],
  exitsLine:
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running or incomplete, 64 unknown action, 69 not possible here, 70 API command failed, 75 client id in use.',
  manual: {
    purpose: 'runs backup jobs when they are due',
    synopsis: ['[_options_] _ACTION_'],
    description: DESCRIPTION,
    files: FILES,
    environment: ENVIRONMENT,
    section: 8,
  },
  sampleHead: SAMPLE_HEAD,
};
