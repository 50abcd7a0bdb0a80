export { createTlsSessions, type TlsSessionsOptions } from './sessions.ts';
export { TRUNCATED } from './tls-endpoint.ts';
