export { LogFile, type LogFileRequest } from './log-file.ts';
export { LOG_OPTIONS, type LogSettings } from './log-options.ts';
export { type LogHost, type OpenedLog, openLogger } from './open-logger.ts';
