import { createNodeTransport } from './node-transport.ts';
import type { Transport } from './transport.ts';

/** The condition `browser` of package.json's `imports` puts `default-fetch.ts` in place of this. */
export const createDefaultTransport = (): Transport => createNodeTransport();
