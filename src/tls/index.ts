export { createTlsSessions, type TlsSessionsOptions } from './sessions.ts';
export { ANSWERS_UNREAD } from './tls-endpoint.ts';
