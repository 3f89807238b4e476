import { isAbsolute, join, resolve } from 'node:path';
import { FreezerError } from '@freezer/core';
import { jsonFormat, OSLO_PATTERN, textFormat } from './line-format.ts';
import type { LogSettings } from './log-options.ts';
import { type LineFormat, RANK } from './log-record.ts';
import type { Rotation } from './rotation.ts';
import { facilityOf } from './severity.ts';

/** Where lines go. */
export type LogTarget =
  | { readonly kind: 'stderr' }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly truncate?: boolean;
      readonly follow: boolean;
      readonly rotation?: Rotation | undefined;
      /** Begins the message when it cannot be opened. */
      readonly place: string;
    }
  | { readonly kind: 'syslog'; readonly facility: number; readonly rfc5424: boolean }
  | { readonly kind: 'journal' };

/** One handler of the log, before it is opened. */
export interface HandlerPlan {
  readonly target: LogTarget;
  /** As Python counts: 20 is INFO. */
  readonly least: number;
  readonly format: LineFormat;
}

/** Where relative paths begin, and the name of the file in `--log-dir`. */
export interface PlanHost {
  readonly cwd: string;
  readonly program: string;
}

function formatOf(settings: LogSettings): LineFormat {
  const { log_format: pattern, log_date_format: date } = settings;
  if (settings.use_json || pattern === 'json') return jsonFormat(date);
  return textFormat(pattern === undefined || pattern === 'text' ? OSLO_PATTERN : pattern, date, '--log-format');
}

function pathOf(settings: LogSettings, { cwd, program }: PlanHost): string | undefined {
  const { log_file: file, log_dir: folder } = settings;
  if (file === undefined || file === '') return folder === undefined ? undefined : join(folder, `${program}.log`);
  return folder !== undefined && !isAbsolute(file) ? join(folder, file) : resolve(cwd, file);
}

function rotationOf(settings: LogSettings): Rotation | undefined {
  const { log_rotate_interval: every, log_rotate_interval_type: unit, max_logfile_count: keep } = settings;
  switch (settings.log_rotation_type) {
    case 'none':
      return undefined;
    case 'size':
      return { kind: 'size', maxBytes: settings.max_logfile_size_mb * 2 ** 20, keep };
    case 'interval':
      if (unit === 'weekday' ? every > 6 : every < 1) {
        throw new FreezerError(
          'invalid',
          `--log-rotate-interval: ${every} is wrong with ${unit}; allowed: ${unit === 'weekday' ? '0 (Monday) to 6' : '1 or more'}`,
        );
      }
      return { kind: 'interval', unit, every, keep };
  }
}

function syslogOf(settings: LogSettings): LogTarget {
  const facility = facilityOf(settings.syslog_log_facility);
  if (facility === undefined) throw new FreezerError('invalid', `--syslog-log-facility: '${settings.syslog_log_facility}' is unknown`);
  return { kind: 'syslog', facility, rfc5424: settings.use_syslog_rfc_format };
}

/** The least level that is logged, as Python counts. */
export const leastOf = (settings: LogSettings): number => (settings.debug ? RANK.DEBUG : settings.verbose ? RANK.INFO : RANK.WARNING);

/** The log that the settings ask for; standard error when they name no place. Fails with `invalid`. */
export function planOfSettings(settings: LogSettings, host: PlanHost): readonly HandlerPlan[] {
  const path = pathOf(settings, host);
  const targets: LogTarget[] = [];
  if (path !== undefined) targets.push({ kind: 'file', path, follow: settings.watch_log_file, rotation: rotationOf(settings), place: '--log-file' });
  if (settings.use_journal) targets.push({ kind: 'journal' });
  if (settings.use_syslog) targets.push(syslogOf(settings));
  if (settings.use_stderr || targets.length === 0) targets.push({ kind: 'stderr' });
  const format = formatOf(settings);
  const least = leastOf(settings);
  return targets.map((target) => ({ target, least, format }));
}
