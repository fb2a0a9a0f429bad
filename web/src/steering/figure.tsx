/** A number of the steering pages: what it counts opens as a list for those who may see young people. */
import { Link } from 'react-router';
import { useMay } from '../session/session';
import { inBoth, useLanguage, useWords } from '../words/words';
import './steering.css';

const w = inBoth({
  fr: {
    masked: 'masqué',
    list: (what: string, n: number) => `${n}, voir la liste : ${what}`,
    share: (percent: number) => `${percent} %`,
    parts: (n: number, of: number) => `(${n} sur ${of})`,
    nothing: 'rien de dû',
  },
  en: {
    masked: 'masked',
    list: (what: string, n: number) => `${n}, see the list: ${what}`,
    share: (percent: number) => `${percent}%`,
    parts: (n: number, of: number) => `(${n} of ${of})`,
    nothing: 'nothing due',
  },
});

/** @param to the address of the list behind it @param what it counts, in words */
export function Figure({ n, what, to }: { n: number | null; what?: string; to?: string }) {
  const words = useWords(w);
  const may = useMay();
  const language = useLanguage();
  if (n === null) return <span className="masked">{words.masked}</span>;
  const shown = n.toLocaleString(language);
  if (!to || !what || n === 0 || !may('steering.list')) return <>{shown}</>;
  return (
    <Link to={to} aria-label={words.list(what, n)}>
      {shown}
    </Link>
  );
}

/** A part of a whole, as a number and as the length of a bar; @param none what there is to say when the whole is 0 */
export function Share({ n, of, none }: { n: number | null; of: number | null; none?: string }) {
  const words = useWords(w);
  if (n === null || of === null) return <span className="masked">{words.masked}</span>;
  if (of === 0) return <span className="masked">{none ?? words.nothing}</span>;
  const percent = Math.round((100 * n) / of);
  return (
    <span className="share">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect className="share__all" width="100" height="10" />
        <rect className="share__part" width={percent} height="10" />
      </svg>
      <span>
        {words.share(percent)} <span>{words.parts(n, of)}</span>
      </span>
    </span>
  );
}
