export { streamEngine } from './stream-engine.ts';
