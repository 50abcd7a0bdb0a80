import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const KEPT_AS = 'sluice.theme';

/** `auto` follows the browser's setting. */
export const theme = signal<Theme>(THEMES.find((each) => each === localStorage.getItem(KEPT_AS)) ?? 'auto');

/** Keeps the page, and what it remembers, as `theme` says. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(KEPT_AS, theme.value);
  });
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
}
