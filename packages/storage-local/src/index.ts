export { localStorage } from './local-plugin.ts';
export type { LocalStorageOptions } from './options.ts';
