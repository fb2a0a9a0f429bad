/** The report of the committees ("note d'étape") as at a date: what it says comes in sections that this page only shows. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { maskedWhy, questionText, reportTitle } from '../../../domain/report-words';
import { get, queryOf } from '../api/client';
import type { Report } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { useAsked } from './asked';
import { CompareTo, Filters } from './filters';
import { Meetings } from './meetings';
import { FigurePages } from './pages';
import { ReportTable } from './report-table';
import './steering.css';
import './report.css';

const w = inBoth({
  fr: {
    print: 'Imprimer',
    download: (format: string) => `Télécharger en ${format}`,
    leaves: 'Chaque téléchargement est noté : qui, quand, quelle note.',
    hash: 'Empreinte (SHA-256)',
    hashHint:
      'La même question donne toujours la même empreinte, dans les deux langues et dans chaque fichier.',
    keptTitle: (day: string) => `Note remise au comité du ${day}`,
    kept: (at: string) => `Faite le ${at}, et gardée telle qu’elle a été lue.`,
    equal: 'D’après ce qui est connu aujourd’hui, les nombres montrés sont les mêmes.',
    corrected:
      'Corrigé depuis : d’après ce qui est connu aujourd’hui, des nombres montrés ne sont plus les mêmes.',
    today: 'Voir la note à la même date, d’après ce qui est connu aujourd’hui',
    ofDay: 'Revenir à la note d’aujourd’hui',
    how: 'Comment c’est compté',
    parts: 'Parties de la note',
  },
  en: {
    print: 'Print',
    download: (format: string) => `Download as ${format}`,
    leaves: 'Each download is noted: who, when, which report.',
    hash: 'Hash (SHA-256)',
    hashHint: 'The same question always has the same hash, in both languages and in each file.',
    keptTitle: (day: string) => `Report given to the committee of ${day}`,
    kept: (at: string) => `Made on ${at}, and kept as it was read.`,
    equal: 'By what is known today the numbers shown are the same.',
    corrected: 'Corrected since: by what is known today some of the numbers shown are other ones.',
    today: 'See the report as at the same date, by what is known today',
    ofDay: 'Back to the report of today',
    how: 'How it is counted',
    parts: 'Sections of the report',
  },
});

export function Component() {
  const labelOf = useLabel();
  const may = useMay();
  return (
    <Page title={labelOf(reportTitle)} actions={may('steering.overview') && <Print />}>
      {may('steering.overview') && <TheReport />}
      {may('meeting.list') && <Meetings />}
    </Page>
  );
}

function Print() {
  const words = useWords(w);
  return (
    <Button priority="secondary" iconId="fr-icon-printer-line" onClick={() => window.print()}>
      {words.print}
    </Button>
  );
}

/** What is asked for, which is all in the address. */
function useQuestion() {
  const asked = useAsked();
  const { params, query, compareTo } = asked;
  const meeting = params.get('meeting') ?? '';
  return { meeting, query: meeting ? { meeting } : { ...query, compareTo } };
}

function TheReport() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { meeting, query } = useQuestion();
  const asked = useQuery({
    queryKey: ['steering', 'report', query],
    queryFn: ({ signal }) => get<Report>(`/api/steering/report${queryOf(query)}`, signal),
    placeholderData: keepPreviousData,
  });
  const report = asked.data;
  return (
    <>
      <div className="report__left-out">
        <FigurePages />
        {!meeting && (
          <Filters>
            <CompareTo />
          </Filters>
        )}
      </div>
      {asked.isPending && <Waiting />}
      {asked.error && <Failure error={asked.error} retry={() => void asked.refetch()} />}
      {report && !asked.error && (
        <>
          {report.kept && <Kept report={report} kept={report.kept} />}
          <About report={report} />
          <Downloads report={report} />
          {report.sections.map((section) => (
            <div key={section.id} className="report__section">
              <h2>{labelOf(section.title)}</h2>
              {section.words.map((said) => (
                <p key={said.fr}>{labelOf(said)}</p>
              ))}
              {section.tables.map((table) => (
                <ReportTable key={table.id} table={table} of={labelOf(section.title)} />
              ))}
            </div>
          ))}
          <Hash hash={report.hash} />
          <Accordion label={words.how} titleAs="h2" className="report__left-out">
            <Definitions report={report} />
          </Accordion>
          <div className="report__printed">
            <h2>{words.how}</h2>
            <Definitions report={report} />
          </div>
        </>
      )}
    </>
  );
}

function Definitions({ report }: { report: Report }) {
  const labelOf = useLabel();
  return (
    <dl className="definitions">
      {report.definitions.map(({ label, definition }) => (
        <div key={label.fr}>
          <dt>{labelOf(label)}</dt>
          <dd>{labelOf(definition)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Kept({ report, kept }: { report: Report; kept: NonNullable<Report['kept']> }) {
  const words = useWords(w);
  const { day, instant } = useDates();
  const { asOf, compareTo, site } = report;
  return (
    <Alert
      as="h2"
      className="fr-mb-3w"
      severity={kept.correctedSince ? 'warning' : 'info'}
      title={words.keptTitle(day(kept.day))}
      description={
        <>
          <p>
            {words.kept(instant(kept.madeAt))} {kept.correctedSince ? words.corrected : words.equal}
          </p>
          <p className="report__left-out">
            {kept.correctedSince && (
              <>
                <Link
                  to={`/steering/report${queryOf({ asOf: asOf.slice(0, 10), compareTo: compareTo?.slice(0, 10), site: site?.id })}`}
                >
                  {words.today}
                </Link>
                <br />
              </>
            )}
            <Link to="/steering/report">{words.ofDay}</Link>
          </p>
        </>
      }
    />
  );
}

function About({ report }: { report: Report }) {
  const labelOf = useLabel();
  const language = useLanguage();
  return (
    <div className="report__about">
      <p role="status">
        {questionText(report, language).map((line) => (
          <span key={line}>{line}</span>
        ))}
      </p>
      {report.masked && <p className="fr-hint-text">{labelOf(maskedWhy)}</p>}
    </div>
  );
}

/** After what it is the hash of. */
function Hash({ hash }: { hash: string }) {
  const words = useWords(w);
  return (
    <p className="report__hash">
      {words.hash} <code>{hash}</code>
      <span className="fr-hint-text">{words.hashHint}</span>
    </p>
  );
}

/** The files of what is shown: of these two instants, whenever one clicks. */
function Downloads({ report }: { report: Report }) {
  const words = useWords(w);
  const language = useLanguage();
  const { asOf, knownAt, compareTo, site, kept } = report;
  const of = kept ? { meeting: kept.meetingId } : { asOf, knownAt, compareTo, site: site?.id };
  return (
    <div className="report__left-out fr-mb-4w">
      <ul className="report__downloads">
        {(['pdf', 'xlsx', 'csv'] as const).map((format) => (
          <li key={format}>
            <a
              className="fr-link fr-link--download"
              href={`/api/steering/report.${format}${queryOf({ ...of, lang: language })}`}
              download
            >
              {words.download(format.toUpperCase())}
            </a>
          </li>
        ))}
      </ul>
      <p className="fr-hint-text">{words.leaves}</p>
    </div>
  );
}
