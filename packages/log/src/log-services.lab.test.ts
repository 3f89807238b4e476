import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openJournal } from './journal-sink.ts';
import type { LogSettings } from './log-options.ts';
import type { LogRecord } from './log-record.ts';
import { logSettings } from './log-settings.fixture.ts';
import { openLogger } from './open-logger.ts';
import { openSyslog } from './syslog-sink.ts';

const record = (level: LogRecord['level']): LogRecord => ({ name: 'freezer_agent', level, at: new Date(), pid: 4711, hostname: 'vm', message: '', fields: {} });

async function until(there: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (there()) return;
    await sleep(50);
  }
  throw new Error(`${what} did not come`);
}

const settingsOf = (argv: readonly string[]): Promise<LogSettings> => logSettings(folder, argv);

const children: ChildProcess[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freezer-services-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('syslog', () => {
  /** A service that writes each datagram down as a line of its own. */
  async function startService(): Promise<{ readonly socket: string; readonly heard: () => string[]; readonly stop: () => void }> {
    const socket = join(folder, 'dev-log');
    const out = join(folder, 'heard');
    const program =
      'import socket, sys\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ns.bind(sys.argv[1])\nout = open(sys.argv[2], "ab", buffering=0)\nwhile True: out.write(s.recv(65536).rstrip(b"\\0") + b"\\n")';
    const child = spawn('/usr/bin/python3', ['-c', program, socket, out]);
    children.push(child);
    await until(() => existsSync(out), 'the syslog service');
    return { socket, heard: () => readFileSync(out, 'utf8').split('\n').slice(0, -1), stop: () => void child.kill('SIGKILL') };
  }

  const lost: string[] = [];
  const open = (socket: string, rfc5424: boolean) => {
    lost.length = 0;
    return openSyslog({ program: 'freezer-agent', facility: 17, rfc5424, pid: 4711, socket, spill: (line) => void lost.push(line) });
  };

  test('hears each line as a message with facility, severity, name and process', async () => {
    const { socket, heard } = await startService();
    const sink = await open(socket, false);
    sink.write('one line', record('INFO'));
    sink.write('<9>another: x=1', record('ERROR'));
    await sink.close();
    await until(() => heard().length === 2, 'the messages');
    expect(heard()).toEqual([
      expect.stringMatching(/^<142>\w{3} [ \d]\d \d\d:\d\d:\d\d freezer-agent\[4711\]: one line$/),
      expect.stringMatching(/^<139>\w{3} [ \d]\d \d\d:\d\d:\d\d freezer-agent\[4711\]: <9>another: x=1$/),
    ]);
    expect(lost).toEqual([]);
  });

  test('hears RFC 5424 when that is asked for', async () => {
    const { socket, heard } = await startService();
    const sink = await open(socket, true);
    sink.write('one', record('DEBUG'));
    await sink.close();
    await until(() => heard().length === 1, 'the message');
    expect(heard()[0]).toMatch(/^<143>1 \d{4}-\d\d-\d\dT\S+ \S+ freezer-agent 4711 - \[.*\] one$/);
  });

  test.each([
    [['--use-syslog'], /^<14>\w{3} .* freezer-agent\[4711\]: .* one$/],
    [['--use-syslog', '--syslog-log-facility', 'LOG_LOCAL1'], /^<142>\w{3} .* freezer-agent\[4711\]: .* one$/],
    [['--use-syslog', '--use-syslog-rfc-format'], /^<14>1 \d{4}-\d\d-\d\dT.* freezer-agent 4711 .* one$/],
  ])('hears what %j asks for', async (argv, line) => {
    const { socket, heard } = await startService();
    const { logger, close } = await openLogger(await settingsOf(argv), {
      program: 'freezer-agent',
      now: () => new Date(),
      pid: 4711,
      hostname: 'vm',
      cwd: folder,
      home: folder,
      readFile: () => Promise.reject(new Error('none')),
      standardError: (text) => void lost.push(text),
      sockets: { syslog: socket, journal: join(folder, 'none') },
    });
    lost.length = 0;
    logger.info({}, 'one');
    await close();
    await until(() => heard().length === 1, 'the message');
    expect(heard()[0]).toMatch(line);
    expect(lost).toEqual([]);
  });

  test('that goes away loses no line without a word', async () => {
    const { socket, stop } = await startService();
    const sink = await open(socket, false);
    stop();
    rmSync(socket);
    for (let tries = 0; tries < 200 && lost.length < 2; tries++) {
      sink.write('late', record('INFO'));
      await sleep(20);
    }
    await sink.close();
    expect(lost[0]).toMatch(/^the log does not reach syslog any more: /);
    expect(lost[1]).toBe('late');
  });
});

test('the journal keeps severity, name and process of each line', async () => {
  const name = `freezer${process.pid}`;
  const home = `/run/systemd/journal.${name}`;
  children.push(spawn('/lib/systemd/systemd-journald', [name], { stdio: 'ignore' }));
  try {
    await until(() => existsSync(join(home, 'stdout')), 'the journal');
    const lost: string[] = [];
    const sink = await openJournal({ program: 'freezer-agent', socket: join(home, 'stdout'), spill: (line) => void lost.push(line) });
    sink.write('all is well', record('INFO'));
    sink.write('not so well: 100 %', record('WARNING'));
    await sink.close();
    const read = (): Record<string, string>[] =>
      execFileSync('journalctl', [`--namespace=${name}`, '--output=json', '-t', 'freezer-agent'], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, string>] : []));
    await until(() => read().length === 2, 'the entries');
    expect(read().map((entry) => [entry['MESSAGE'], entry['PRIORITY'], entry['_PID']])).toEqual([
      ['all is well', '6', String(process.pid)],
      ['not so well: 100 %', '4', String(process.pid)],
    ]);
    expect(lost).toEqual([]);
  } finally {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    const machine = readFileSync('/etc/machine-id', 'utf8').trim();
    for (const path of [home, `/run/log/journal/${machine}.${name}`, `/var/log/journal/${machine}.${name}`]) rmSync(path, { recursive: true, force: true });
  }
});
