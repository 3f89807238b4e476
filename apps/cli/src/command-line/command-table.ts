import type { Command, OperandSpec, OptionSpec } from './command.ts';
import { JOB_FLAGS } from './job-flags.ts';

const LISTING: readonly OptionSpec[] = [
  { name: 'limit', metavar: 'LIMIT', help: 'how many at most; default 100' },
  { name: 'offset', metavar: 'OFFSET', help: 'how many to leave out first; default 0' },
  { name: 'search', metavar: 'SEARCH', help: 'only what has these words, or a JSON list of fields that must be equal' },
  { name: 'all', help: 'all there is, page by page, whatever --limit says' },
];

const file = (what: string, required = true): OptionSpec => ({
  name: 'file',
  metavar: 'FILE',
  help: `${what}, as JSON or YAML; - reads stdin`,
  isFile: true,
  ...(required && { required: true }),
});

const id = (kind: string): OperandSpec => ({ name: `${kind}_id`, help: `id of the ${kind}` });
const change = (kind: string): readonly OperandSpec[] => [
  id(kind),
  { name: 'file', help: `file with what changes, as JSON or YAML; - reads stdin`, isFile: true },
];

const SESSION: OptionSpec = { name: 'session-id', metavar: 'SESSION_ID', help: 'id of the session', required: true };
const JOB: OptionSpec = { name: 'job-id', metavar: 'JOB_ID', help: 'id of the job', required: true };
const WAIT: readonly OptionSpec[] = [
  { name: 'wait', help: 'follow the job until its run ends; exit 0: success, 3: partial, 1: anything else' },
  { name: 'wait-limit', metavar: 'SECONDS', help: 'wait no longer than this; default: for ever' },
];

type Row = readonly [name: string, summary: string, result: Command['result'], operands?: readonly OperandSpec[], options?: readonly OptionSpec[]];

const EXAMPLES: Readonly<Record<string, Command['examples']>> = {
  'client-list': [
    ['client-list', 'hosts that have registered'],
    ['client-list --search web -f value -c "Client ID"', 'their ids alone, one a line'],
  ],
  'client-register': [['client-register --file client.json', '{"client_id": "web1.example.org", "hostname": "web1.example.org"}']],
  'job-list': [
    ['job-list -C web1.example.org', 'jobs of one client'],
    ['job-list --search \'[{"status": "running"}]\'', 'jobs that run now'],
  ],
  'job-create': [
    ['job-create -C web1.example.org --file job.json', 'a job as it stands in a file'],
    ['job-create -C web1.example.org --path /etc --backup-name etc --storage local --container /var/backups --interval "1 days"', 'a backup each day'],
    [
      'job-create -C web1.example.org --path /etc --backup-name etc --storage local --container /var/backups --wait',
      'one backup, now; its result is the exit code',
    ],
    ['job-create -C web1.example.org --action restore --restore-abs-path /srv/etc --backup-name etc --storage local --container /var/backups', 'and back'],
  ],
  'job-start': [['job-start JOB_ID --wait', 'run it now, and say how it went']],
  'job-get': [['job-get JOB_ID --json > job.json', 'a file for job-update or job-create']],
  'job-update': [['job-update JOB_ID change.json', '{"job_schedule": {"schedule_interval": "12 hours"}}']],
  'session-create': [['session-create --file session.json', '{"description": "web", "schedule": {"schedule_interval": "1 days"}}']],
  'session-add-job': [['session-add-job --session-id SESSION_ID --job-id JOB_ID', 'the job takes the schedule of the session']],
  'action-create': [['action-create --file action.json', '{"freezer_action": {"action": "exec", "command": "sync"}}']],
  'run-list': [['run-list -C web1.example.org --result fail', 'what went wrong there']],
};

const DETAILS: Readonly<Record<string, readonly string[]>> = {
  'job-create': [
    'The job comes from --file, or from options: then it has one action. What no option says is given by --option KEY=VALUE, with the names of freezer-agent.',
    'A file holds job_actions, a list of {"freezer_action": {"action": "backup", "path_to_backup": "/etc", ...}}, and job_schedule, as {"schedule_interval": "1 days"}; job-get --json prints such a document.',
    'Keys with dashes, as old guides have them, are read with a warning.',
  ],
  'job-update': ['Only what the file names is changed. Servers of Python also empty the schedule when the file does not name it.'],
  'session-delete': ['Its jobs remain, and remember the session until they are changed.'],
};

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  Clients: [
    ['client-list', 'list the hosts that have registered', 'list', [], LISTING],
    ['client-show', 'show a client', 'show', [id('client')]],
    ['client-register', 'register a client', 'show', [], [file('the client')]],
    ['client-delete', 'forget a client; its jobs and backups remain', 'none', [id('client')]],
  ],
  Jobs: [
    ['job-list', 'list jobs', 'list', [], [...LISTING, { name: 'client', short: 'C', metavar: 'CLIENT_ID', help: 'only jobs of this client' }, allProjects()]],
    ['job-show', 'show a job', 'show', [id('job')]],
    ['job-get', 'print a job as a structure', 'text', [id('job')], [{ name: 'no-format', help: 'on one line' }]],
    ['job-create', 'create a job from a file or from options', 'show', [], [file('the job', false), ...JOB_FLAGS, ...WAIT]],
    ['job-update', 'change a job from a file', 'show', change('job')],
    ['job-start', 'ask for a run now', 'none', [id('job')], WAIT],
    ['job-stop', 'ask for no more runs', 'none', [id('job')]],
    ['job-abort', 'ask that the run at work ends', 'none', [id('job')]],
    ['job-delete', 'delete a job; its backups remain', 'none', [id('job')]],
  ],
  Sessions: [
    ['session-list', 'list sessions', 'list', [], LISTING],
    ['session-show', 'show a session', 'show', [id('session')]],
    ['session-create', 'create a session from a file', 'show', [], [file('the session')]],
    ['session-update', 'change a session from a file', 'show', change('session')],
    ['session-delete', 'delete a session', 'none', [id('session')]],
    ['session-add-job', 'add a job to a session', 'none', [], [SESSION, JOB]],
    ['session-remove-job', 'remove a job from a session', 'none', [], [SESSION, JOB]],
    [
      'session-start',
      'say that a job of a session starts',
      'none',
      [],
      [SESSION, JOB, { name: 'job-tag', metavar: 'TAG', help: 'number of the run, as the job has it', required: true }],
    ],
  ],
  Actions: [
    ['action-list', 'list actions', 'list', [], LISTING],
    ['action-show', 'show an action', 'show', [id('action')]],
    ['action-create', 'create an action from a file', 'show', [], [file('the action')]],
    ['action-update', 'change an action from a file', 'show', change('action')],
    ['action-delete', 'delete an action', 'none', [id('action')]],
  ],
  Backups: [
    ['backup-list', 'list records of backups, oldest first', 'list', [], LISTING],
    ['backup-show', 'show a record', 'show', [id('backup')]],
    ['backup-create', 'add a record from a file', 'show', [], [file('the metadata')]],
    ['backup-delete', 'delete a record; the data on the storage remains', 'none', [id('backup')]],
  ],
  'What happened': [
    ['run-list', 'list runs of jobs, newest first (our server only)', 'list', [], [...LISTING, ...runFilters()]],
    ['run-show', 'show a run, with the end of its log', 'show', [id('run')]],
    ['alert-list', 'list what needs attention (our server only)', 'list', [], LISTING],
  ],
  'This command': [
    ['help', 'show the help of a command', 'text', [{ name: 'command', help: 'a command', isOptional: true, isRepeatable: true }]],
    ['completion', 'print the completion for a shell', 'text', [{ name: 'shell', help: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }]],
    ['complete', 'print the completion for bash', 'text', [], completeOptions()],
  ],
};

function allProjects(): OptionSpec {
  return { name: 'all-projects', help: 'jobs of all projects, for administrators' };
}

function runFilters(): readonly OptionSpec[] {
  return [
    { name: 'client', short: 'C', metavar: 'CLIENT_ID', help: 'only runs on this client' },
    { name: 'job', metavar: 'JOB_ID', help: 'only runs of this job' },
    { name: 'result', metavar: 'RESULT', help: 'only runs that ended so: success, partial, fail, aborted' },
  ];
}

function completeOptions(): readonly OptionSpec[] {
  return [
    { name: 'name', metavar: 'NAME', help: 'the command that is completed; default freezer' },
    { name: 'shell', metavar: 'SHELL', choices: ['bash', 'none'], help: 'bash (default), or none' },
  ];
}

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = Object.entries(GROUPS).flatMap(([group, rows]) =>
  rows.map(([name, summary, result, operands = [], options = []]) => ({
    name,
    group,
    summary,
    result,
    operands,
    options,
    examples: EXAMPLES[name] ?? [],
    ...(DETAILS[name] !== undefined && { details: DETAILS[name] }),
  })),
);
