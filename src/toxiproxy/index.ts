export { applyEdits, type Edit } from './edits.ts';
export type { Proxied } from './proxied.ts';
export type { ApiWrite } from './respond.ts';
export { type ProxyRow, type RowSource, rowsOf } from './rows.ts';
export { startToxiproxy, type ToxiproxyApi } from './server.ts';
