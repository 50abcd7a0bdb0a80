import { useEffect, useRef, useState } from 'preact/hooks';

/** How far above and below of what can be seen counts as in sight. */
const BEYOND = '600px 0px';

const tellers = new WeakMap<Element, (isInSight: boolean) => void>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) tellers.get(target)?.(isIntersecting);
  },
  { rootMargin: BEYOND },
);

export interface InSight<E extends HTMLElement> {
  /** Of the element that is watched; it stays when it is out of sight, with room for what it holds. */
  readonly ref: { current: E | null };
  /** Whether it can be seen, or nearly so. */
  readonly isInSight: boolean;
  /** What it was high in pixels when it was last in sight; a guess before. */
  readonly heightPx: number;
}

/** Follows whether an element is in sight, so that a long page makes only what is. */
export function useInSight<E extends HTMLElement>(guessPx: number): InSight<E> {
  const ref = useRef<E>(null);
  const [seen, setSeen] = useState({ isInSight: false, heightPx: guessPx });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    tellers.set(element, (isInSight) =>
      setSeen((last) => {
        if (last.isInSight === isInSight) return last;
        return { isInSight, heightPx: isInSight ? last.heightPx : element.offsetHeight };
      }),
    );
    observer.observe(element);
    return () => observer.unobserve(element);
  }, []);
  return { ref, ...seen };
}
