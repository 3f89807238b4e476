export { createFsMode, fsMode, type FsOptions, type Sync } from './fs-mode.ts';
