import { endpoint, problem } from '../endpoint.ts';
import { type PageFile, pageFile } from '../page/files.ts';
import { problemReply, type Reply } from '../reply.ts';

/** The page runs its own script and style, talks to this server alone, and is shown in no frame. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

export const getPage = file('getPage', '/', 'index.html', 'text/html; charset=utf-8', 'The page');
export const getPageCss = file('getPageCss', '/page.css', 'page.css', 'text/css; charset=utf-8', 'Its style');
export const getPageScript = file(
  'getPageScript',
  '/page.js',
  'page.js',
  'text/javascript; charset=utf-8',
  'Its script',
);

/** A file of the page. It holds nothing of the service: what it shows it reads through the API. */
function file(name: string, path: string, of: PageFile, type: string, summary: string) {
  return endpoint({
    name,
    method: 'GET',
    path,
    access: 'open',
    summary,
    replies: { 200: { description: 'It.', type }, 404: problem('It was not built.') },
    handle: (): Reply => {
      const body = pageFile(of);
      if (body === null)
        return problemReply(404, 'the page was not built with this program: run `npm run build`');
      return {
        status: 200,
        type,
        body,
        headers: { 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' },
      };
    },
  });
}
