import type { Option } from '../option.ts';

const LIMIT = 'bandwidth limits are not part of this version';

/** How a run behaves, what it prints, and where its settings come from. */
export const RUNNING_OPTIONS = [
  { name: 'dry-run', type: 'bool', default: false, group: 'running', help: 'change nothing anywhere, and say what would be done' },
  { name: 'force', type: 'bool', default: false, group: 'running', actions: ['backup', 'admin'], help: 'go on although the clock is behind the newest backup, or although the last complete backup would be removed' },
  { name: 'wait', type: 'int', min: 0, default: 0, group: 'running', actions: ['backup', 'admin'], value: 'SECONDS', help: 'how long to wait for another run of the same set' },
  { name: 'state-dir', type: 'path', computed: 'state_dir', group: 'running', value: 'DIR', help: 'where this host remembers its runs' },
  { name: 'config', type: 'path', group: 'running', value: 'FILE', help: 'a job file (INI); the command line has precedence over it' },
  { name: 'config-file', type: 'path', repeatable: true, group: 'running', value: 'FILE', help: 'a file with settings of this host in [DEFAULT]; later files have precedence' },
  { name: 'config-dir', type: 'path', repeatable: true, group: 'running', value: 'DIR', help: 'a directory whose *.conf files are read after --config-file, sorted by name' },
  { name: 'upload-limit', type: 'size', min: -1, default: -1, group: 'limits', help: 'bytes per second to the storage', later: LIMIT, quietly: true },
  { name: 'download-limit', type: 'size', min: -1, default: -1, group: 'limits', help: 'bytes per second from the storage', later: LIMIT, quietly: true },
  { name: 'max-priority', fileAliases: ['max_cpu_priority'], type: 'switch', default: false, group: 'limits', help: 'run with the highest priority', later: 'is not part of this version', quietly: true },
  { name: 'proxy', type: 'string', group: 'limits', value: 'URL', help: "the HTTP proxy for all connections; '' for none", quietly: true },
  { name: 'metadata-out', type: 'path', group: 'results', value: 'FILE', help: 'write the result document (JSON) to FILE, or to standard output with -' },
  { name: 'metadata-fd', type: 'int', min: 1, max: 1023, group: 'results', value: 'N', help: 'write the result document to this open descriptor' },
  { name: 'json', type: 'bool', default: false, group: 'results', help: 'print the result as JSON' },
  { name: 'partial-exit-code', type: 'int', min: 0, max: 255, default: 3, group: 'results', value: 'N', help: 'the exit code of a run that was done but is incomplete' },
  { name: 'list-objects', short: 'l', type: 'bool', default: false, group: 'results', actions: ['info'], help: 'list the objects of the container', quietly: true },
] as const satisfies readonly Option[];
