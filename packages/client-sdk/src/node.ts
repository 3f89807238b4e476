export { createNodeTransport, type NodeTransportOptions } from './transport/node-transport.ts';
