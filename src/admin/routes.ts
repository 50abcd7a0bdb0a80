import type { StatusSource } from '../core/status.ts';
import { CHARTS } from './chart/charts.ts';
import { chartDefinition } from './chart/definition.ts';
import { PAGE_CSS } from './page/css.ts';
import { pageHtml } from './page/html.ts';
import { PAGE_SCRIPT } from './page/script.ts';
import { putConfig, type Write } from './put-config.ts';
import { jsonReply, type Reply, textReply } from './reply.ts';

/** Answers a request for one path. Called for GET and HEAD alike; must not throw. */
export type Route = (source: StatusSource) => Reply;

/** Everything that can be read, by path. A path that is neither here nor in `WRITES` is answered with 404. */
export const ROUTES: Readonly<Record<string, Route>> = {
  '/': () => pageReply('text/html; charset=utf-8', pageHtml()),
  '/page.css': () => pageReply('text/css; charset=utf-8', PAGE_CSS),
  '/page.js': () => pageReply('text/javascript; charset=utf-8', PAGE_SCRIPT),
  '/healthz': () => textReply(200, 'ok\n'),
  '/readyz': (source) => readiness(source.status().phase),
  '/v1/status': (source) => jsonReply(source.status()),
  '/v1/machines': () => jsonReply(MACHINES),
};

/** Everything that can be changed, by path, with PUT. */
export const WRITES: Readonly<Record<string, Write>> = { '/v1/config': putConfig };

const MACHINES = Object.fromEntries(
  Object.entries(CHARTS).map(([name, machine]) => [name, chartDefinition(machine)]),
);

/** The page runs its own script and style, talks to this server alone, and is shown in no frame. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

function readiness(phase: string): Reply {
  return textReply(phase === 'ready' ? 200 : 503, `${phase}\n`);
}

function pageReply(type: string, body: string): Reply {
  return { status: 200, type, body, headers: { 'content-security-policy': PAGE_POLICY } };
}
