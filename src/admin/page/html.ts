import { CHARTS } from '../chart/charts.ts';
import { chartSvg } from '../chart/svg.ts';

/** The page at `/`: a frame that `page.js` fills from `/v1/status`, with the connection chart in it. */
export function pageHtml(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header>
  <h1>Sluice</h1>
  <span id="phase" class="pill">connecting</span>
  <span id="summary"></span>
</header>
<noscript>This page needs JavaScript; the same is at <a href="/v1/status">/v1/status</a>.</noscript>
<main>
  <section id="overview">
    <h2>Listeners</h2>
    <div class="scroll"><table id="listeners"><thead><tr>
      <th>name</th><th>address</th><th class="number">now</th><th class="number">accepted</th>
      <th class="number">up</th><th class="number">down</th>
    </tr></thead><tbody></tbody></table></div>
    <h2>Pools</h2>
    <div class="scroll"><table id="pools"><thead><tr>
      <th>backend</th><th>address</th><th>health</th>
      <th class="number">weight</th><th class="number">active</th><th class="number">connecting</th>
    </tr></thead></table></div>
    <h2>Shards</h2>
    <div class="scroll"><table id="shards"><thead><tr>
      <th class="number">shard</th><th>plane</th><th>state</th><th class="number">generation</th>
      <th class="number">plan</th><th class="number">connections</th><th class="number">facts dropped</th>
    </tr></thead><tbody></tbody></table></div>
    <h2>Ended</h2>
    <div id="ended"></div>
    <footer>
      <a href="/v1/status">/v1/status</a> <a href="/v1/machines">/v1/machines</a>
      <a href="/healthz">/healthz</a> <a href="/readyz">/readyz</a>
    </footer>
  </section>
  <section id="picture">
    <div class="bar"><h2>Connections by state</h2>
      <select id="filter" aria-label="listener"><option value="">all listeners</option></select></div>
    ${chartSvg(CHARTS.connection, { standalone: false })}
  </section>
</main>
</body>
</html>
`;
}
