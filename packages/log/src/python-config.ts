import { FreezerError } from '@freezer/core';
import { type IniEntry, readIni } from '@freezer/settings';
import { jsonFormat, OSLO_PATTERN, textFormat } from './line-format.ts';
import type { HandlerPlan } from './log-plan.ts';
import { type LineFormat, RANK } from './log-record.ts';
import { targetOfHandler } from './python-handlers.ts';

export interface PythonConfig {
  readonly plans: readonly HandlerPlan[];
  /** What was left out, a line each. */
  readonly warnings: readonly string[];
}

const LEVELS: Readonly<Record<string, number>> = { ...RANK, NOTSET: 0, TRACE: 5, AUDIT: 21, WARN: 30, CRITICAL: 50, FATAL: 50 };

class ConfigReader {
  readonly warnings: string[] = [];
  readonly #entries: readonly IniEntry[];
  readonly #file: string;
  readonly #cwd: string;
  readonly #used = new Set(['loggers', 'handlers', 'formatters', 'logger_root']);

  constructor(text: string, file: string, cwd: string) {
    this.#entries = readIni(text, file, 'plain');
    this.#file = file;
    this.#cwd = cwd;
  }

  read(): readonly HandlerPlan[] {
    if (!this.#entries.some(({ section }) => section === 'logger_root')) {
      throw new FreezerError('invalid', `--log-config-append: ${this.#file} has no section [logger_root], as a logging configuration of Python has`);
    }
    const least = this.#level('logger_root') ?? RANK.WARNING;
    const plans = this.#list('logger_root', 'handlers').flatMap((name) => this.#handler(`handler_${name}`, least));
    this.#reportUnused();
    if (plans.length > 0) return plans;
    this.warnings.push(`${this.#file}: the root logger has no handler that is used here; the log goes to standard error`);
    return [{ target: { kind: 'stderr' }, least, format: textFormat(OSLO_PATTERN, undefined, this.#file) }];
  }

  #get(section: string, key: string): string {
    return this.#entries.find((entry) => entry.section === section && entry.key === key)?.value ?? '';
  }

  #list(section: string, key: string): string[] {
    return this.#get(section, key)
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  }

  #level(section: string): number | undefined {
    const text = this.#get(section, 'level').trim();
    if (text === '') return undefined;
    const level = /^\d+$/.test(text) ? Number(text) : LEVELS[text.toUpperCase()];
    if (level === undefined) {
      throw new FreezerError('invalid', `${this.#file}: [${section}] level: '${text}' is unknown; allowed: DEBUG, INFO, WARNING, ERROR, CRITICAL, NOTSET`);
    }
    return level;
  }

  #handler(section: string, least: number): readonly HandlerPlan[] {
    this.#used.add(section);
    const known = this.#entries.some((entry) => entry.section === section);
    if (!known) throw new FreezerError('invalid', `${this.#file}: [logger_root] handlers: section [${section}] is missing`);
    const place = `${this.#file}: [${section}]`;
    const target = targetOfHandler(
      { class: this.#get(section, 'class'), args: this.#get(section, 'args'), kwargs: this.#get(section, 'kwargs') },
      place,
      this.#cwd,
    );
    if (typeof target === 'string') this.warnings.push(`${place} is not used: ${target}`);
    if (target === undefined || typeof target === 'string') return [];
    return [{ target, least: Math.max(least, this.#level(section) ?? 0), format: this.#format(this.#get(section, 'formatter').trim()) }];
  }

  #format(name: string): LineFormat {
    const section = `formatter_${name}`;
    if (name === '') return textFormat('%(message)s', undefined, this.#file);
    this.#used.add(section);
    const date = this.#get(section, 'datefmt') || undefined;
    const kind = this.#get(section, 'class').split('.').at(-1) ?? '';
    if (/json/i.test(kind)) return jsonFormat(date);
    const place = `${this.#file}: [${section}] format`;
    const pattern = this.#get(section, 'format');
    if (pattern !== '' && !pattern.includes('%(')) {
      this.warnings.push(`${place} is not used: only the style % is known`);
      return textFormat(OSLO_PATTERN, date, place);
    }
    return textFormat(pattern || (kind === 'ContextFormatter' ? OSLO_PATTERN : '%(message)s'), date, place);
  }

  #reportUnused(): void {
    for (const section of new Set(this.#entries.map((entry) => entry.section))) {
      if (!this.#used.has(section)) this.warnings.push(`${this.#file}: section [${section}] is not used; only the root logger is`);
    }
  }
}

/** The log that a logging configuration of Python asks for, as far as it concerns the root logger. Fails with `invalid`. */
export function readPythonConfig(text: string, file: string, cwd: string): PythonConfig {
  const reader = new ConfigReader(text, file, cwd);
  const plans = reader.read();
  return { plans, warnings: reader.warnings };
}
