import { execFile } from 'node:child_process';
import { type Logger, messageOf } from '@freezer/core';

/** Tells systemd how this service is; does nothing where no systemd waits for it. */
export interface ServiceNotifier {
  /** `READY=1` and the like. Never fails. */
  tell(...states: readonly string[]): void;
  /** Says that we are alive as long as `healthy` says so; ends with `close`. */
  watch(healthy: () => boolean): void;
  close(): void;
}

/** Of the process: NOTIFY_SOCKET and WATCHDOG_USEC are what systemd gives, PATH finds its program. */
export type NotifyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * By the program systemd-notify: Node speaks no datagrams on Unix sockets. The unit needs `NotifyAccess=all`, for the messages come from a
 * child.
 */
export function createNotifier(environment: NotifyEnvironment, logger: Logger): ServiceNotifier {
  const socket = environment['NOTIFY_SOCKET'];
  if (socket === undefined || socket === '') return { tell: () => undefined, watch: () => undefined, close: () => undefined };
  let complained = false;
  let timer: NodeJS.Timeout | undefined;
  const tell = (...states: readonly string[]): void => {
    execFile('systemd-notify', ['--no-block', `--pid=${process.pid}`, ...states], { env: { ...environment }, timeout: 10_000 }, (error) => {
      if (!error || complained) return;
      complained = true;
      logger.warn({ error: messageOf(error) }, 'systemd cannot be told how the service is');
    });
  };
  return {
    tell,
    watch: (healthy) => {
      const limit = Number(environment['WATCHDOG_USEC'] ?? 0) / 1000;
      if (!(limit > 0)) return;
      timer = setInterval(() => {
        if (healthy()) tell('WATCHDOG=1');
      }, limit / 3);
      timer.unref();
    },
    close: () => clearInterval(timer),
  };
}
