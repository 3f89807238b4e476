export type { HostKeyPolicy, SshStorageOptions } from './options.ts';
export { sshStorage } from './ssh-plugin.ts';
