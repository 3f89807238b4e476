export { localStorage } from './local-plugin.ts';
export { LocalStorage } from './local-storage.ts';
export type { LocalStorageOptions } from './options.ts';
