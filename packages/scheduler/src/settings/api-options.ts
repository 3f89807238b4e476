import type { Option } from '@freezer/settings';

/** [scheduler]: how the API is spoken with. */
export const API_OPTIONS = [
  {
    name: 'http-timeout',
    aliases: ['http-timeout', 'http_timeout'],
    section: 'scheduler',
    type: 'int',
    min: 1,
    default: 30,
    group: 'process',
    value: 'SECONDS',
    help: 'the longest that one request to API or Keystone may take',
  },
  {
    name: 'http-retries',
    aliases: ['http-retries', 'http_retries'],
    section: 'scheduler',
    type: 'int',
    min: 0,
    default: 1,
    group: 'process',
    value: 'COUNT',
    help: 'how often a request to the API that failed on its way is sent again; writes wait for a later time after that',
  },
  {
    name: 'session-start-timeout',
    aliases: ['session-start-timeout', 'session_start_timeout'],
    section: 'scheduler',
    type: 'int',
    min: 0,
    default: 60,
    group: 'process',
    value: 'SECONDS',
    help: 'how long a run waits for an API that is away before it begins its part of a session',
  },
  {
    name: 'on-session-failure',
    aliases: ['on-session-failure', 'on_session_failure'],
    section: 'scheduler',
    type: 'choice',
    choices: ['run-alone', 'skip'],
    default: 'run-alone',
    group: 'process',
    help: 'what becomes of a run that could not take part in the round of its session; both are told in its message',
  },
] as const satisfies readonly Option[];
