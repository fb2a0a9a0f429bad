/** One page: its title is the document's, and where a screen reader and the keyboard begin after a change of page. */
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation, useNavigationType } from 'react-router';

interface Props {
  readonly title: string;
  /** Beside the title: what can be done with the whole page. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, actions, wide, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const how = useNavigationType();
  useEffect(() => {
    document.title = `${title} – Service plus`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another path
  useEffect(() => {
    // The first page that is opened begins at its top, as the browser has it.
    if (how !== 'POP') heading.current?.focus();
  }, [pathname]);
  return (
    <main id="content" className={`page ${wide ? 'page--wide' : ''} fr-container${wide ? '-fluid' : ''}`}>
      <div className="page__head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div className="page__actions">{actions}</div>}
      </div>
      {children}
    </main>
  );
}
