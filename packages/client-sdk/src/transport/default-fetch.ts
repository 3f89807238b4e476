import { createFetchTransport } from './fetch-transport.ts';
import type { Transport } from './transport.ts';

export const createDefaultTransport = (): Transport => createFetchTransport();
