import { computed, effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEPT_AS = 'sluice.theme';

/** `auto` follows the browser's setting. */
export const theme = signal<Theme>(THEMES.find((each) => each === localStorage.getItem(KEPT_AS)) ?? 'auto');

const browserDark = matchMedia('(prefers-color-scheme: dark)');
const isBrowserDark = signal(browserDark.matches);
browserDark.addEventListener('change', () => {
  isBrowserDark.value = browserDark.matches;
});

/** What `theme` comes to. */
export const shownTheme = computed<'light' | 'dark'>(() => {
  if (theme.value !== 'auto') return theme.value;
  return isBrowserDark.value ? 'dark' : 'light';
});

/** Keeps the page, and what it remembers, as `theme` says. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = shownTheme.value;
    localStorage.setItem(KEPT_AS, theme.value);
  });
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
}
