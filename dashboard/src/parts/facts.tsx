import type { ComponentChildren } from 'preact';
import './facts.css';

/** A name and what it stands for; null = left out. */
export type NamedFact = readonly [name: string, value: ComponentChildren] | null;

/** Facts with their names, in as many columns as there is room for. */
export function Facts({ facts }: { readonly facts: readonly NamedFact[] }) {
  return (
    <dl class="facts">
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
