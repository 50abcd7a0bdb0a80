/** Where the page is: the part of its address behind `#`. */
export interface Place {
  /** `overview` where there is none or an unknown one. */
  readonly page: PageName;
  /** What is behind the page's name, percent-decoded: the id of a connection, the name of a pool. */
  readonly item: string | null;
  readonly query: URLSearchParams;
}

export const PAGES = ['overview', 'connections', 'chart', 'pools', 'toxics', 'captures', 'events'] as const;
export type PageName = (typeof PAGES)[number];

/** Reads `#/connections/0100?sort=-rate`. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name, item] = path.split('/', 2);
  const page = PAGES.find((each) => each === name) ?? 'overview';
  return {
    page,
    item: item === undefined || item === '' ? null : decoded(item),
    query: new URLSearchParams(query),
  };
}

/** The address of a page, for a link. */
export function linkTo(
  page: PageName,
  item: string | null = null,
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams(query).toString();
  return `#/${page}${item === null ? '' : `/${encodeURIComponent(item)}`}${search === '' ? '' : `?${search}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
