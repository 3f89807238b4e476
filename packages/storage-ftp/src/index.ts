export { ftpStorage, ftpsStorage } from './ftp-plugin.ts';
export type { FtpStorageOptions, Protection } from './options.ts';
