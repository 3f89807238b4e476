export type { Dereference, TarOptions } from './settings.ts';
export { tarEngine } from './tar-engine.ts';
