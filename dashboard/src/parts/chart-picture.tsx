import { useEffect, useRef, useState } from 'preact/hooks';
import { type Activity, rateOf, type TransitionActivity } from '../activity.ts';
import { request } from '../api.ts';
import { count } from '../format.ts';
import './chart-picture.css';

export interface ChartPictureProps {
  /** The name of the chart. */
  readonly machine: string;
  /** What goes on in it; null = not known yet. */
  readonly activity: Activity | null;
  /** The state that is marked; null = none. */
  readonly chosen: string | null;
  /** Called with a state that was clicked, or entered by keyboard. Absent: states cannot be chosen. */
  readonly onChoose?: ((state: string) => void) | undefined;
}

/** A chart as the service draws it, with what goes on in its states and on its transitions. */
export function ChartPicture({ machine, activity, chosen, onChoose }: ChartPictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { picture, error } = usePicture(machine);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const isChoosable = onChoose !== undefined;

  useEffect(() => {
    if (picture === null) return;
    frame.current?.replaceChildren(picture);
    if (isChoosable) makeChoosable(picture, (state) => choose.current?.(state));
  }, [picture, isChoosable]);
  useEffect(() => {
    if (picture !== null && activity !== null) show(picture, activity, chosen);
  }, [picture, activity, chosen]);

  if (error !== null) return <p class="bad">{error}</p>;
  return <div ref={frame} class="chart-picture" />;
}

interface Loaded {
  readonly picture: SVGSVGElement | null;
  readonly error: string | null;
}

function usePicture(machine: string): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ picture: null, error: null });
  useEffect(() => {
    const cancel = new AbortController();
    setLoaded({ picture: null, error: null });
    load(machine, cancel.signal).then(
      (picture) => setLoaded({ picture, error: null }),
      (error) => {
        if (!cancel.signal.aborted) setLoaded({ picture: null, error: String(error.message) });
      },
    );
    return () => cancel.abort();
  }, [machine]);
  return loaded;
}

async function load(machine: string, signal: AbortSignal): Promise<SVGSVGElement> {
  const response = await request(`/v1/machines/${machine}/picture`, { signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`the picture of ${machine} is not there: ${response.status}`);
  const root = new DOMParser().parseFromString(withoutStyle(text), 'image/svg+xml').documentElement;
  if (!(root instanceof SVGSVGElement)) throw new Error(`the picture of ${machine} is no SVG`);
  root.removeAttribute('width');
  root.removeAttribute('height');
  root.style.maxWidth = `${root.viewBox.baseVal.width}px`;
  root.setAttribute('role', 'group');
  return document.importNode(root, true);
}

/** The page has the style itself, and its policy forbids any other. */
function withoutStyle(svg: string): string {
  return svg.replace(/<style>[^<]*<\/style>/, '');
}

function makeChoosable(picture: SVGSVGElement, choose: (state: string) => void): void {
  for (const state of picture.querySelectorAll<SVGGElement>('[data-state]')) {
    const name = state.dataset['state'] ?? '';
    state.setAttribute('tabindex', '0');
    state.setAttribute('role', 'button');
    state.onclick = () => choose(name);
    state.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      choose(name);
    };
  }
}

function show(picture: SVGSVGElement, { states, transitions }: Activity, chosen: string | null): void {
  for (const group of picture.querySelectorAll<SVGGElement>('[data-state]')) {
    const name = group.dataset['state'] ?? '';
    const { count: live, entered } = states.get(name) ?? { count: 0, entered: null };
    const moving = entered !== null && entered > 0;
    group.classList.toggle('counted', live > 0 || moving);
    group.classList.toggle('moving', moving);
    group.setAttribute('aria-pressed', String(name === chosen));
    const words = countText(live, moving ? entered : null);
    // Told as it is read: the name, a space, the count. The space is not drawn.
    group.setAttribute('aria-label', `${name} ${words}`.trim());
    const text = group.querySelector('[data-count]');
    if (text !== null) text.textContent = ` ${words}`;
  }
  showTransitions(picture, transitions ?? []);
}

function countText(live: number, entered: number | null): string {
  if (entered === null) return live > 0 ? count(live) : '';
  return `${count(live)} · ${count(entered)}/s`;
}

/** Marks the lines that were run along, and writes at the event how often it was. */
function showTransitions(picture: SVGSVGElement, transitions: readonly TransitionActivity[]): void {
  for (const label of picture.querySelectorAll<SVGTextElement>('.label[data-route]')) {
    const { route = '', to = '' } = label.dataset;
    const lines = [...label.querySelectorAll<SVGTSpanElement>('[data-event]')];
    const isMoving = lines.map((line) => showLine(line, to, transitions)).includes(true);
    picture.querySelector(`.wire[data-route="${route}"]`)?.classList.toggle('moving', isMoving);
  }
}

/** Writes a rate behind the words of a line; whether there is one. */
function showLine(line: SVGTSpanElement, to: string, transitions: readonly TransitionActivity[]): boolean {
  const { event = '', from = '' } = line.dataset;
  const perSecond = rateOf(transitions, from.split(' '), to, event);
  line.dataset['words'] ??= line.textContent ?? '';
  const words = line.dataset['words'];
  line.textContent = perSecond > 0 ? `${words} ${count(perSecond)}/s` : words;
  line.classList.toggle('moving', perSecond > 0);
  return perSecond > 0;
}
