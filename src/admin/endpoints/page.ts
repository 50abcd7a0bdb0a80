import { endpoint } from '../endpoint.ts';
import { PAGE_CSS } from '../page/css.ts';
import { pageHtml } from '../page/html.ts';
import { PAGE_SCRIPT } from '../page/script.ts';
import type { Reply } from '../reply.ts';

/** The page runs its own script and style, talks to this server alone, and is shown in no frame. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

export const getPage = pageFile('getPage', '/', 'text/html; charset=utf-8', 'The page', pageHtml);
export const getPageCss = pageFile(
  'getPageCss',
  '/page.css',
  'text/css; charset=utf-8',
  'The style of the page',
  () => PAGE_CSS,
);
export const getPageScript = pageFile(
  'getPageScript',
  '/page.js',
  'text/javascript; charset=utf-8',
  'The script of the page',
  () => PAGE_SCRIPT,
);

/** A file of the page. It holds nothing of the service: what it shows it reads through the API. */
function pageFile(name: string, path: string, type: string, summary: string, body: () => string) {
  return endpoint({
    name,
    method: 'GET',
    path,
    access: 'open',
    summary,
    replies: { 200: { description: 'It.', type } },
    handle: (): Reply => ({
      status: 200,
      type,
      body: body(),
      headers: { 'content-security-policy': PAGE_POLICY },
    }),
  });
}
