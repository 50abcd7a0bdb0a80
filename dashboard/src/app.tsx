import { useEffect } from 'preact/hooks';
import { token, useToken, wantsToken } from './api.ts';
import { span } from './format.ts';
import { Captures } from './pages/captures.tsx';
import { Chart } from './pages/chart.tsx';
import { Connection } from './pages/connection.tsx';
import { Connections } from './pages/connections.tsx';
import { Events } from './pages/events.tsx';
import { Overview } from './pages/overview.tsx';
import { Pools } from './pages/pools.tsx';
import { Toxics } from './pages/toxics.tsx';
import { Questions } from './parts/dialog.tsx';
import { Notices } from './parts/notices.tsx';
import { place } from './place.ts';
import { linkTo, PAGES, type PageName } from './routing.ts';
import { followService, service, serviceError } from './service.ts';
import { nextTheme, theme } from './theme.ts';

export function App() {
  useEffect(() => void followService(), []);
  return (
    <>
      <Header />
      {wantsToken.value ? <TokenForm /> : null}
      <main id="main" tabIndex={-1} class={serviceError.value === null ? '' : 'stale'}>
        <Page />
      </main>
      <Questions />
      <Notices />
    </>
  );
}

function Page() {
  const { page, item } = place.value;
  if (page === 'connections' && item !== null) return <Connection key={item} id={item} />;
  return PAGE_OF[page]();
}

const PAGE_OF: Readonly<Record<PageName, () => preact.JSX.Element>> = {
  overview: () => <Overview />,
  connections: () => <Connections />,
  chart: () => <Chart />,
  pools: () => <Pools />,
  toxics: () => <Toxics />,
  captures: () => <Captures />,
  events: () => <Events />,
};

function Header() {
  const status = service.value?.status ?? null;
  const error = serviceError.value;
  const phase = error !== null ? 'unreachable' : (status?.phase ?? 'connecting');
  return (
    <header>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page, which the address cannot name */}
      <a class="skip" href="#main" onClick={toContent}>
        to the content
      </a>
      <h1>Sluice</h1>
      <span class={`pill ${phase === 'ready' ? 'good' : phase === 'connecting' ? '' : 'bad'}`} id="phase">
        {phase}
      </span>
      <nav aria-label="pages">
        {PAGES.map((page) => (
          <a key={page} href={linkTo(page)} aria-current={place.value.page === page ? 'page' : undefined}>
            {page}
          </a>
        ))}
      </nav>
      <span class="soft" id="summary">
        {status === null
          ? ''
          : `plan ${status.planVersion} · up ${span((service.value?.at ?? 0) - status.started)}`}
      </span>
      <button type="button" onClick={nextTheme} title="light, dark or as the browser says">
        {theme.value}
      </button>
    </header>
  );
}

/** What is behind `#` is the page that is shown: the link moves the focus and not the address. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function TokenForm() {
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        const field = new FormData(event.currentTarget).get('token');
        if (typeof field === 'string') useToken(field.trim());
      }}
    >
      <label>
        This service asks for its token: <input name="token" type="password" defaultValue={token.value} />
      </label>
      <button type="submit">use it</button>
    </form>
  );
}
