const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the server broke the connection off',
  EPIPE: 'the server broke the connection off',
  ERR_STREAM_PREMATURE_CLOSE: 'the server broke the connection off',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name servers do not answer',
  ETIMEDOUT: 'no answer',
};

/** What a code of the system says of a connection, in words; undefined where it says nothing of one. */
export const socketReason = (code: string | undefined): string | undefined => REASONS[code ?? ''];
