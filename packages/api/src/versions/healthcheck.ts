import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendText } from '../http/answer.ts';

/** Answers GET and HEAD of /healthcheck; `unhealthy` tells why not, in capitals. */
export async function answerHealth(request: IncomingMessage, response: ServerResponse, unhealthy: () => Promise<string | undefined>): Promise<void> {
  const reason = await unhealthy();
  const status = reason === undefined ? 200 : 503;
  if (request.method === 'HEAD') {
    response.writeHead(reason === undefined ? 204 : 503).end();
    return;
  }
  const text = reason ?? 'OK';
  const accept = request.headers.accept ?? '';
  if (accept.includes('application/json')) {
    sendText(response, status, JSON.stringify({ detailed: false, reasons: [text] }, undefined, 4), { 'content-type': 'application/json' });
  } else if (accept.includes('text/html')) {
    const page = `<!doctype html>\n<title>Healthcheck Status</title>\n<table border="1"><tr><th>Reason</th></tr><tr><td>${text}</td></tr></table>\n`;
    sendText(response, status, page, { 'content-type': 'text/html; charset=UTF-8' });
  } else {
    sendText(response, status, text, { 'content-type': 'text/plain; charset=UTF-8' });
  }
}
