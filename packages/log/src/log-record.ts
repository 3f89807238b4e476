export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** The numbers of Python's logging, so that a level of a configuration file can lie between ours. */
export const RANK: Readonly<Record<Level, number>> = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 };

/** One entry of the log. */
export interface LogRecord {
  /** The program as Python names a logger: `freezer_agent`. */
  readonly name: string;
  readonly level: Level;
  readonly at: Date;
  readonly pid: number;
  readonly hostname: string;
  /** As it was given; may hold anything. */
  readonly message: string;
  /** Without secrets. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One line without its end. */
export type LineFormat = (record: LogRecord) => string;

/** A place that takes lines. */
export interface LogSink {
  /** `line` has no end. May throw: the caller drops the line. */
  write(line: string, record: LogRecord): void;
  /** Resolves when what was written has arrived, or cannot arrive any more. Idempotent. */
  close(): Promise<void>;
}
