/**
 * The e-mails that people get: French first, then English. A young person is named by a link to the pathway and never
 * in words, because a mail passes through servers and telephones that nobody here controls.
 */
import { type Day, dayOf, type Instant } from './calendar';
import type { Label } from './forms';
import type { Links } from './links';
import type { NoticeKind } from './notices';
import type { Digest, DigestTask } from './notifications';
import { definitionOf } from './tasks';

export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** What a mail about a notice tells. */
export interface NoticeFacts {
  readonly kind: NoticeKind;
  readonly data: Readonly<Record<string, unknown>>;
  /** null: of no site, the programme's */
  readonly siteName: string | null;
  readonly recordedAt: Instant;
  readonly pathwayId: string | null;
  /** Whom of the staff it is about: who is away without substitute, who reads from another site. */
  readonly staff: { readonly displayName: string; readonly siteName: string | null } | null;
}

/** Of a list, so many are named; how many more there are is said. */
const longestList = 15;

const french = (day: Day) => day.split('-').reverse().join('/');

export function noticeMail(notice: NoticeFacts, links: Links): Mail {
  const { subject, text } = noticeTexts[notice.kind](notice, dayOf(notice.recordedAt));
  const link = notice.pathwayId
    ? links.pathway(notice.pathwayId)
    : notice.kind === 'report_ready'
      ? links.report(notice.data.meetingId as string)
      : links[leadsTo[notice.kind] ?? 'freeTasks'];
  return {
    subject: `Service plus : ${subject.fr} / ${subject.en}`,
    text: paragraphs(['Bonjour,', text.fr, link, `English: ${text.en}`, stopping(links)]),
  };
}

/** Where a notice leads that is of no pathway. */
const leadsTo: Readonly<Partial<Record<NoticeKind, 'freeTasks' | 'glass'>>> = { glass_opened: 'glass' };

const noticeTexts: Readonly<
  Record<NoticeKind, (notice: NoticeFacts, on: Day) => { subject: Label; text: Label }>
> = {
  high_alert: ({ siteName }, on) => ({
    subject: { fr: 'alerte forte', en: 'high alert' },
    text: {
      fr: `Une alerte forte a été signalée le ${french(on)} pour un jeune accompagné à ${siteName}. Qui, et ce qui se passe, est dans son parcours :`,
      en: `a high alert was raised on ${on} for a young person accompanied at ${siteName}. The pathway behind the link says who and what.`,
    },
  }),
  mediation_opened: ({ siteName }, on) => ({
    subject: { fr: 'une médiation s’ouvre', en: 'a mediation opens' },
    text: {
      fr: `Une médiation s’est ouverte le ${french(on)} pour un jeune accompagné à ${siteName}. Sa raison et la suite sont dans le parcours :`,
      en: `a mediation was opened on ${on} for a young person accompanied at ${siteName}. The pathway behind the link says why and what follows.`,
    },
  }),
  cfa_warning: ({ siteName }) => ({
    subject: { fr: 'fin prochaine de l’accueil au CFA', en: 'the CFA soon keeps an apprentice no longer' },
    text: {
      fr: `Un jeune accompagné à ${siteName}, dont le contrat est rompu, n’a pas de nouvel employeur et le CFA cesse bientôt de l’accueillir. Le jour est dans son parcours :`,
      en: `a young person accompanied at ${siteName}, whose contract was terminated, has no new employer, and the CFA soon keeps them no longer. The pathway behind the link says the day.`,
    },
  }),
  no_substitute: ({ siteName, staff, data }) => {
    const [from, to] = [data.from as Day, data.to as Day];
    const days =
      from === to
        ? { fr: `le ${french(from)}`, en: `on ${from}` }
        : { fr: `du ${french(from)} au ${french(to)}`, en: `from ${from} to ${to}` };
    return {
      subject: { fr: 'absence sans remplaçant', en: 'absence without substitute' },
      text: {
        fr: `${staff?.displayName ?? 'Une personne'} (${siteName}) sera en absence ${days.fr} et personne ne la remplace : ses tâches vont à l’équipe. Désignez un remplaçant, ou répartissez-les :`,
        en: `${staff?.displayName ?? 'Somebody'} (${siteName}) is away ${days.en} and nobody stands in: the tasks go to the team. Name a substitute, or share them out.`,
      },
    };
  },
  glass_opened: ({ siteName, staff }, on) => {
    const from = staff?.siteName ? ` (${staff.siteName})` : '';
    return {
      subject: { fr: 'lecture par un autre site', en: 'read by another site' },
      text: {
        fr: `${staff?.displayName ?? 'Une personne'}${from} a demandé le ${french(on)} à lire le parcours d’un jeune accompagné à ${siteName}, qui dit y être suivi. Cette lecture est ouverte quatre heures, sans rien pouvoir modifier. Qui est ce jeune, la raison donnée et ce qui est lu :`,
        en: `${staff?.displayName ?? 'Somebody'}${from} asked on ${on} to read the pathway of a young person who is accompanied at ${siteName}. It is open for four hours, and nothing can be changed. The link says who it is, the reason given and what is read.`,
      },
    };
  },
  // No figure: they are read behind the link, by who may read them.
  report_ready: ({ siteName, data }) => {
    const [day, asOf] = [data.day as Day, data.asOf as Day];
    return {
      subject: { fr: 'note d’étape prête', en: 'progress report ready' },
      text: {
        fr: `La note d’étape du comité de pilotage ${siteName ? `de ${siteName}` : 'national'}, qui se réunit le ${french(day)}, est prête : état au ${french(asOf)}.`,
        en: `the progress report for the ${siteName ? `steering committee of ${siteName}` : 'national steering committee'}, which meets on ${day}, is ready: state as at ${asOf}.`,
      },
    };
  },
};

/** @param today the day of the digest */
export function digestMail(digest: Digest, today: Day, links: Links): Mail {
  const { overdue, today: dueToday, fresh, free, escalated } = digest;
  const toTake = free.overdue + free.today + free.fresh;
  const sections: [heading: string, tasks: readonly DigestTask[]][] = [
    ['EN RETARD', overdue],
    ["POUR AUJOURD'HUI", dueToday],
    ['NOUVELLES', fresh],
    ['SIGNALÉES À LA COORDINATION, sans suite depuis leur échéance', escalated],
  ];
  const inFrench = counts([
    [overdue.length, 'en retard'],
    [dueToday.length, "pour aujourd'hui"],
    [fresh.length, fresh.length > 1 ? 'nouvelles' : 'nouvelle'],
    [toTake, "à prendre dans l'équipe"],
    [escalated.length, escalated.length > 1 ? 'signalées' : 'signalée'],
  ]);
  const inEnglish = counts([
    [overdue.length, `overdue${kindsOf(overdue)}`],
    [dueToday.length, `due today${kindsOf(dueToday)}`],
    [fresh.length, `new${kindsOf(fresh)}`],
    [toTake, 'to take in the team'],
    [escalated.length, `escalated to the coordinator${kindsOf(escalated)}`],
  ]);
  return {
    subject: `Service plus, ${french(today)} : ${inFrench}`,
    text: paragraphs([
      'Bonjour,',
      ...sections
        .filter(([, tasks]) => tasks.length)
        .map(([heading, tasks]) => section(heading, tasks, links)),
      toTake &&
        `À PRENDRE DANS L'ÉQUIPE (${toTake}) : ${counts([
          [free.overdue, 'en retard'],
          [free.today, "pour aujourd'hui"],
          [free.fresh, free.fresh > 1 ? 'nouvelles' : 'nouvelle'],
        ])}\n${links.freeTasks}`,
      `English: ${inEnglish}. The links above lead to each.`,
      stopping(links),
    ]),
  };
}

function section(heading: string, tasks: readonly DigestTask[], links: Links): string {
  const lines = tasks.slice(0, longestList).map(({ id, kind, dueAt }) => {
    return `- ${definitionOf(kind).label.fr}, échéance le ${french(dayOf(dueAt))}\n  ${links.task(id)}`;
  });
  const more = tasks.length - lines.length;
  return [`${heading} (${tasks.length})`, ...lines, ...(more > 0 ? [`- et ${more} de plus`] : [])].join('\n');
}

/** ": First contact 2, Search follow-up 1", the most frequent first. */
function kindsOf(tasks: readonly DigestTask[]): string {
  const byKind = new Map<string, number>();
  for (const { kind } of tasks) {
    const name = definitionOf(kind).label.en;
    byKind.set(name, (byKind.get(name) ?? 0) + 1);
  }
  const named = [...byKind].sort(([, a], [, b]) => b - a).map(([name, n]) => (n > 1 ? `${name} ${n}` : name));
  return ` (${named.join(', ')})`;
}

function counts(parts: readonly [n: number, what: string][]): string {
  return parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ');
}

const stopping = (links: Links) =>
  `Ne plus recevoir ces messages / Stop these messages: ${links.notifications}`;

function paragraphs(all: readonly (string | false | 0)[]): string {
  return `${all.filter(Boolean).join('\n\n')}\n`;
}
