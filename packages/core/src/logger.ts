/** Object first, constant message second. Libraries log only through the logger that they are given. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const nothing = (): void => undefined;

/** Says nothing: the default of every library. */
export const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
