export { createTlsSessions, type TlsSessionsOptions } from './sessions.ts';
export { ANSWERS_UNREAD, TRUNCATED } from './tls-endpoint.ts';
