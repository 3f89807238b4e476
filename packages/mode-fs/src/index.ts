export { createFsMode, type FsOptions, fsMode, type Sync } from './fs-mode.ts';
