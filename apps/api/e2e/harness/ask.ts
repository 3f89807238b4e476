import { type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

async function answerOf(answer: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text };
}

/** Asks a service, also with a body for GET, as Freezer's clients do. */
export function ask(url: string, { method = 'GET', token, headers = {}, body }: Ask = {}): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    ...(token !== undefined && { 'x-auth-token': token }),
    ...(text !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers: all, agent: false }, (answer) => {
      answerOf(answer).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(text);
  });
}

/** The document of an answer. */
export const documentOf = ({ text }: Answer): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
