/** What /etc/resolv.conf says (resolv.conf(5)). */
export interface ResolvConf {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** Domains under which a short name is looked for, in order. */
  readonly search: readonly string[];
  /** Dots that a name has at least to be asked for as it stands first. */
  readonly ndots: number;
}

/** Servers, and search domains, that are heeded: as glibc does (MAXNS), and as many domains as fit a line. */
const SERVERS_MAX = 3;
const SEARCH_MAX = 32;
const NDOTS_MAX = 15;
const DNS_PORT = 53;

/** Reads the text of the file; what is not understood is passed over. Without a server it is this machine's own. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: { host: string; port: number }[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (key === 'nameserver' && values[0] !== undefined && servers.length < SERVERS_MAX)
      servers.push({ host: values[0], port: DNS_PORT });
    if (key === 'search' || key === 'domain') search = values.slice(0, SEARCH_MAX);
    if (key === 'options') ndots = ndotsOf(values) ?? ndots;
  }
  if (servers.length === 0) servers.push({ host: '127.0.0.1', port: DNS_PORT });
  return { servers, search, ndots };
}

/** The names to ask for, in order: a name that ends in a dot stands for itself alone. */
export function candidates(name: string, { search, ndots }: ResolvConf): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const longer = search
    .filter((domain) => domain !== '.')
    .map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  return name.split('.').length - 1 >= ndots ? [name, ...longer] : [...longer, name];
}

function ndotsOf(options: readonly string[]): number | null {
  const digits = options
    .map((option) => /^ndots:(\d{1,3})$/.exec(option)?.[1])
    .find((found) => found !== undefined);
  return digits === undefined ? null : Math.min(Number(digits), NDOTS_MAX);
}
