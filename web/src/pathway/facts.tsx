/** What is known of something: names and values. What has no value is left out. */
import type { ReactNode } from 'react';

/** One name and its value; false: there is no such fact for who reads. */
export type Fact = false | readonly [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) => {
        if (!fact) return null;
        const [name, value] = fact;
        return (
          value && (
            <div key={name} className="facts__one">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )
        );
      })}
    </dl>
  );
}
