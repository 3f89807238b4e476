import type { Transport } from '@freezer/client-sdk';
import { messageOf } from '@freezer/core';

/** A transport that tells of each request: method, URL, status, time and request id; neither headers nor bodies. */
export function reportingTransport(transport: Transport, report: (text: string) => void): Transport {
  return {
    sendsGetBodies: transport.sendsGetBodies,
    close: () => transport.close(),
    send: async (request) => {
      const begun = performance.now();
      const tell = (outcome: string) =>
        report(`${request.method} ${request.url}: ${outcome}, ${Math.round(performance.now() - begun)} ms, ${request.headers['x-openstack-request-id'] ?? ''}`);
      try {
        const response = await transport.send(request);
        tell(String(response.status));
        return response;
      } catch (error) {
        tell(messageOf(error));
        throw error;
      }
    },
  };
}
