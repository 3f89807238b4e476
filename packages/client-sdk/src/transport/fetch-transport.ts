import { type ApiRequest, type ApiResponse, type Transport, TransportError } from './transport.ts';

/** By `fetch`, for browsers and whatever else has it. Redirects are refused: the token would go along. */
export function createFetchTransport(fetchFunction: typeof fetch = globalThis.fetch): Transport {
  return {
    sendsGetBodies: false,
    send: (request) => send(request, fetchFunction),
    close: async () => {},
  };
}

async function send({ method, url, headers, body, signal }: ApiRequest, fetchFunction: typeof fetch): Promise<ApiResponse> {
  try {
    // `cache` is known to browsers alone.
    const init = {
      method,
      headers: { ...headers },
      body: body ?? null,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      ...(signal && { signal }),
    } as const;
    const response = await fetchFunction(url, init);
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, text };
  } catch (error) {
    signal?.throwIfAborted();
    // A browser does not say why: no network, a wrong certificate, a redirect, or an origin that the server does not allow.
    throw new TransportError('no answer, or one that this page may not read', { cause: error });
  }
}
