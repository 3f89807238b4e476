export { type PathOptions, pathSource } from './path-source.ts';
