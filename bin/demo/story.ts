/** The story of one young person, made up, through the five steps: each line is a call to the API by whoever acts. */
import { demonstrationPerson } from '../../db/seed';
import { addDelay, type Day, dayOf } from '../../domain/calendar';
import type { Label } from '../../domain/forms';
import type { Step } from '../../domain/pathway';
import { elders, girls, streets, surnames } from '../roster/names';
import { Random } from '../roster/random';
import { rosterSites } from '../roster/sites';
import { addMonths } from '../roster/timeline';
import { type Api, Refused } from './api';
import { NoTimeSkipping } from './skip-time';
import type { Telling } from './telling';
import { type Pathway, type Skip, signInOf, YoungPerson } from './young-person';

const site = 'tours';
const coordinator = `coordinator.${site}`;
const counsellor = `counsellor.${site}`;
const cfa = `partner.${site}`;
const cfaId = demonstrationPerson(cfa).id;
const cfaName = rosterSites.find((s) => s.id === site)?.cfa.food as string;

const t = (fr: string, en: string): Label => ({ fr, en });

const chapters: Readonly<Record<Step, Label>> = {
  welcome: t('Étape 1 · Accueillir et informer', 'Step 1 · Welcome'),
  project_validation: t('Étape 2 · Découvrir et faire valider un projet', 'Step 2 · Project validation'),
  contract_search: t('Étape 3 · Chercher un contrat', 'Step 3 · Contract search'),
  securing: t("Étape 4 · Sécuriser le parcours de l'apprentie", 'Step 4 · Securing the apprenticeship'),
  durable_employment: t('Étape 5 · S’insérer dans un emploi durable', 'Step 5 · Durable employment'),
};

/**
 * Tells it to the end, or up to the first wait where Temporal does not skip time.
 * @param seed the first young person of a seed who is not enrolled yet is enrolled
 * @returns the id of the pathway
 * @throws Refused
 */
export async function tellStory(api: Api, skip: Skip, telling: Telling, seed: number): Promise<string> {
  const { id, firstName, lastName } = await enrol(api, new Random(seed));
  const young = new YoungPerson(api, skip, id, coordinator);
  const story = new Story(young, telling);
  await young.begun();
  await story.tell(
    coordinator,
    t(
      `${firstName} ${lastName}, 17 ans, est inscrite : la mission locale l’oriente, elle a donné son accord.`,
      `${firstName} ${lastName}, 17, is enrolled: the mission locale sent her, she has given her consent.`,
    ),
  );
  try {
    await fiveSteps(story, young, firstName);
  } catch (error) {
    if (!(error instanceof NoTimeSkipping)) throw error;
    telling.say(
      t(
        `La suite attend des jours, des semaines, des mois : ce serveur Temporal ne sait pas avancer l’horloge d’un seul parcours (${error.message}).`,
        `What follows waits for days, weeks, months: this Temporal server cannot move the clock of one pathway (${error.message}).`,
      ),
    );
    return id;
  }
  await story.end();
  return id;
}

/** Whoever is enrolled already was met by an earlier telling: the next one is drawn. */
async function enrol(api: Api, random: Random): Promise<{ id: string; firstName: string; lastName: string }> {
  const today = dayOf(new Date());
  for (;;) {
    const [firstName, lastName] = [random.pick(girls), random.pick(surnames)];
    const number = String(random.int(0, 9999)).padStart(4, '0');
    const phone = (range: string) => `${range} ${number.slice(0, 2)} ${number.slice(2)}`;
    try {
      const { id } = await api.post<{ id: string }>(coordinator, '/enrolments', {
        siteId: site,
        lastName,
        firstName,
        birthDate: addMonths(today, -(17 * 12 + random.int(1, 4))),
        phone: phone('06 39 98'),
        address: `${random.int(1, 98)} ${random.pick(streets)}, 37000 Tours`,
        familyContact: { name: `${random.pick(elders)} ${lastName}`, phone: phone('02 61 91') },
        situation: 'left_school',
        origin: 'mission_locale',
        consentOn: today,
      });
      return { id, firstName, lastName };
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'possible_duplicate') throw error;
    }
  }
}

async function fiveSteps(story: Story, young: YoungPerson, name: string): Promise<void> {
  const employer = 'Boulangerie des Tilleuls, Tours';

  // 1 welcome
  await young.happens(counsellor, 'contacts', { channel: 'phone', result: 'not_reached' });
  await story.tell(counsellor, t('Premier appel : pas de réponse.', 'A first call: no answer.'));
  await young.pass({ workingDays: 2 });
  await young.happens(counsellor, 'contacts', { channel: 'sms', result: 'message_left' });
  await story.tell(counsellor, t('Un SMS : message laissé.', 'A text: message left.'));
  await young.happens(counsellor, 'contacts', { channel: 'phone', result: 'reached' });
  await story.tell(
    counsellor,
    t(
      `${name} rappelle : elle veut apprendre la boulangerie.`,
      `${name} calls back: she wants to become a baker.`,
    ),
  );
  const referentId = await young.leastLoadedCounsellor(coordinator);
  const referent = signInOf(referentId) as string;
  await young.complete('assign_referent', 'assigned', { referentId }, { by: coordinator });
  await story.tell(
    coordinator,
    t(
      'Un référent unique est désigné : le conseiller le moins chargé du site.',
      'One referent is assigned: the least loaded counsellor of the site.',
    ),
  );
  await young.pass({ workingDays: 5 });
  await young.complete('information_session', 'attended');
  await story.tell(
    referent,
    t('Présente à l’information collective.', 'She attends the information session.'),
  );
  await young.complete('family_information', 'met');
  await story.tell(
    referent,
    t('La famille est rencontrée : elle est mineure.', 'Her family is met: she is a minor.'),
  );
  await young.pass({ workingDays: 2 });
  await young.complete('entry_interview', 'project_to_validate', {
    obstacles: ['mobility'],
    comment: 'Pas de permis ; les fournils commencent avant le premier bus.',
  });
  await story.tell(
    referent,
    t(
      'Entretien d’entrée : un projet à valider, un frein, la mobilité (la prise de poste est avant le premier bus).',
      'Entry interview: a project to validate, one obstacle, mobility (bakeries start before the first bus).',
    ),
  );

  // 2 project_validation
  const immersionOn = await young.dayIn({ days: 12 });
  await young.complete('plan_discovery', 'planned', {
    actions: [{ action: 'immersion', on: immersionOn, partnerId: cfaId }],
  });
  await story.tell(
    referent,
    t(
      'Découverte : une immersion de trois jours dans un fournil, avec le CFA.',
      'Discovery: three days in a bakery, with the CFA.',
    ),
  );
  await young.complete('basic_skills_assessment', 'sufficient');
  await story.tell(referent, t('Savoirs de base : acquis.', 'Basic skills: sufficient.'));
  await young.untilMorningOf(
    addDelay(immersionOn, { workingDays: 2 }, { alsaceMoselle: false, closures: [] }, 'next').day,
  );
  await young.release('discovery_action', referent);
  await young.complete(
    'discovery_action',
    'done',
    {
      startedOn: immersionOn,
      endedOn: await young.today(),
      company: employer,
      review: 'Ponctuelle, curieuse ; le patron la reprendrait.',
    },
    { by: cfa },
  );
  await story.tell(
    cfa,
    t(
      'Le référent rend la tâche, le CFA la fait : immersion réussie.',
      'The referent gives the task back, the CFA does it: a good immersion.',
    ),
  );
  await young.pass({ workingDays: 3 });
  await young.complete('validate_project', 'validated', {
    coSignedBy: cfaId,
    trade: 'Boulangère',
    diploma: 'CAP Boulanger en un an',
    cfa: cfaName,
  });
  await story.tell(
    referent,
    t(
      'Projet validé, cosigné par le CFA : CAP Boulanger en un an.',
      'Project validated, co-signed by the CFA: a baker’s CAP in one year.',
    ),
  );

  // 3 contract_search
  await young.pass({ workingDays: 4 });
  await young.complete('search_workshop', 'attended', { topics: ['employer_search', 'budget'] });
  await story.tell(
    referent,
    t(
      'Atelier : chercher un employeur, préparer son budget.',
      'Workshop: looking for an employer, preparing a budget.',
    ),
  );
  await young.untilOpen('search_follow_up');
  await young.complete('search_follow_up', 'done', { applications: 6, interviews: 1, mood: 4 });
  await story.tell(
    referent,
    t(
      'Suivi : six candidatures, un entretien, bon moral.',
      'Follow-up: six applications, one interview, in good spirits.',
    ),
  );
  await young.complete(
    'remove_obstacle',
    'solved',
    { comment: 'Scooter prêté, BSR passé.' },
    { subject: 'mobility' },
  );
  await story.tell(
    referent,
    t(
      'Frein levé : un scooter prêté par la plateforme mobilité.',
      'Obstacle removed: a scooter lent by the mobility scheme.',
    ),
  );
  await young.happens(referent, 'offers', { offer: `${employer} : apprentie en boulangerie` });
  await story.tell(
    referent,
    t(
      'Une offre lui est proposée : la boulangerie de son immersion.',
      'She is proposed an offer: the bakery of her immersion.',
    ),
  );
  await young.pass({ workingDays: 3 });
  await young.complete('offer_feedback', 'hired');
  await story.tell(referent, t('Retour sur l’offre : embauchée !', 'Feedback on the offer: hired!'));
  const signedOn = await young.today();
  const startsOn = await young.dayIn({ days: 14 });
  await young.happens(referent, 'contracts', {
    signedOn,
    startsOn,
    endsOn: dayBefore(addMonths(startsOn, 12)),
    legalRepresentativeSigned: true,
    employer,
    master: 'Sylvie Castellin',
    cfa: cfaName,
    trade: 'Boulangère',
    diploma: 'CAP Boulanger',
  });
  await story.tell(
    referent,
    t(
      `Contrat d’apprentissage d’un an, signé aussi par un parent : début le ${french(startsOn)}.`,
      `An apprenticeship contract of one year, signed by a parent too: it starts on ${startsOn}.`,
    ),
  );

  // 4 securing
  await young.untilOpen('start_check');
  await young.complete('start_check', 'started');
  await story.tell(referent, t('Elle a démarré.', 'She has started.'));
  await young.untilOpen('company_visit');
  await young.complete('company_visit', 'visited', {
    on: await young.today(),
    withPartnerId: cfaId,
    report: 'Bon accueil ; les horaires de nuit restent à surveiller.',
  });
  await story.tell(
    referent,
    t('Visite en entreprise, en binôme avec le CFA.', 'Company visit, in pair with the CFA.'),
  );
  await followUp(story, young, referent, t('Suivi du premier mois : tout va bien.', 'First month: fine.'));
  await young.untilOpen('trial_review');
  await young.complete('trial_review', 'fragile', { daysInCompany: 19 });
  await story.tell(
    referent,
    t(
      'Point de période d’essai, 19 jours en entreprise : fragile, elle est fatiguée.',
      'Trial period review, 19 days in the company: fragile, she is tired.',
    ),
  );
  await young.untilOpen('closer_follow_up');
  await young.complete('closer_follow_up', 'fine');
  await story.tell(referent, t('Suivi rapproché : elle tient.', 'Closer follow-up: she holds on.'));
  await young.untilOpen('tripartite_meeting');
  await young.complete('tripartite_meeting', 'held', { on: await young.today() });
  await story.tell(
    referent,
    t(
      'Rencontre avec le CFA et l’employeur : les horaires sont aménagés.',
      'Meeting with the CFA and the employer: her hours are adapted.',
    ),
  );
  await followUp(story, young, referent, t('Suivi du deuxième mois : tout va bien.', 'Second month: fine.'));
  await young.untilOpen('apprentice_follow_up');
  await young.complete('apprentice_follow_up', 'difficulty', {
    comment: 'Heures supplémentaires non payées.',
  });
  await story.tell(
    referent,
    t(
      'Suivi du troisième mois : une difficulté, des heures non payées. Une alerte s’ouvre.',
      'Third month: a difficulty, unpaid hours. An alert opens.',
    ),
  );
  await young.complete('alert_follow_up', 'handled', {
    report: 'Appel à l’employeur avec le CFA : régularisé sur la paie suivante.',
  });
  await story.tell(
    referent,
    t('Alerte traitée : l’employeur régularise la paie.', 'Alert handled: the employer pays what was due.'),
  );
  await followUp(story, young, referent, t('Suivi du cinquième mois : tout va bien.', 'Fifth month: fine.'));
  await young.untilOpen('skills_review');
  await young.complete('skills_review', 'reviewed', {
    skills: 'Pétrissage, façonnage, conduite du four ; à travailler : la viennoiserie.',
  });
  await story.tell(
    referent,
    t(
      'Bilan à six mois : ce qu’elle sait faire est versé à son e-portfolio.',
      'Six-month review: what she can do goes into her e-portfolio.',
    ),
  );
  await followUp(story, young, referent, t('Suivi du septième mois : tout va bien.', 'Seventh month: fine.'));
  await followUp(story, young, referent, t('Suivi du neuvième mois : tout va bien.', 'Ninth month: fine.'));

  // 5 durable_employment
  await young.untilCome('employment_step_starts');
  await story.tell(
    null,
    t(
      'À 90 jours de la fin du contrat, l’étape commence à côté des derniers suivis.',
      '90 days before the end of the contract, the step starts beside the last follow-ups.',
    ),
  );
  await young.complete('employment_plan', 'kept_by_employer');
  await story.tell(
    referent,
    t('Plan d’insertion : elle voudrait rester dans la maison.', 'Employment plan: she would like to stay.'),
  );
  await young.untilOpen('employer_intention');
  await young.complete('employer_intention', 'keeps');
  await story.tell(referent, t('L’employeur la garde.', 'The employer keeps her.'));
  await followUp(
    story,
    young,
    referent,
    t('Dernier suivi du contrat : tout va bien.', 'Last follow-up of the contract: fine.'),
  );
  await young.untilOpen('skills_review');
  await young.complete('skills_review', 'reviewed', {
    skills: 'Tout le référentiel du CAP ; diplôme obtenu.',
  });
  await story.tell(referent, t('Bilan final : CAP en poche.', 'Last review: she has her CAP.'));
  await young.untilCome('contract_ends');
  await young.happens(referent, 'employments', {
    kind: 'permanent',
    startsOn: await young.today(),
    employer,
  });
  await story.tell(
    referent,
    t(
      'Son contrat finit, un CDI commence dans la même boulangerie.',
      'Her contract ends, a permanent job starts in the same bakery.',
    ),
  );
  for (const [fr, en] of [
    ['un mois', 'one month'],
    ['trois mois', 'three months'],
    ['six mois', 'six months'],
  ] as const) {
    await young.untilDue('employment_check');
    await young.complete('employment_check', 'still_there');
    await story.tell(referent, t(`À ${fr} : toujours en poste.`, `At ${en}: still there.`));
  }
}

async function followUp(story: Story, young: YoungPerson, referent: string, what: Label): Promise<void> {
  await young.untilOpen('apprentice_follow_up');
  await young.complete('apprentice_follow_up', 'fine');
  await story.tell(referent, what);
}

/** Says what was done, when it was for the young person, and what comes next and why. */
class Story {
  private chapter: Step | null = null;

  constructor(
    private readonly young: YoungPerson,
    private readonly telling: Telling,
  ) {}

  /** @param by the sign-in name of who did it; null: a day has come */
  async tell(by: string | null, what: Label): Promise<void> {
    const { telling, young } = this;
    const pathway = await young.read();
    const day = dayOf(pathway.recordedAt);
    // What somebody did may have led to the next step: its heading comes after.
    if (this.chapter === null || by === null) this.openChapter(pathway);
    const on = telling.language === 'fr' ? french(day) : day;
    telling.say(`${on}  ${what[telling.language]}${by ? ` [${by}]` : ''}`);
    this.openChapter(pathway);
    const next = nextOf(pathway);
    if (next) telling.say(`            → ${next[telling.language]}`);
  }

  private openChapter({ step }: Pathway): void {
    if (this.chapter === step) return;
    this.chapter = step;
    this.telling.say();
    this.telling.say(chapters[step]);
  }

  /** @throws Error when the pathway does not stand where the story leads it */
  async end(): Promise<void> {
    const { steps, id } = await this.young.find('no exit durable_employment with nothing left open', (p) =>
      p.exit?.code === 'durable_employment' && p.tasks.length === 0 ? p : null,
    );
    const { telling } = this;
    const days = Math.round(
      (Date.parse(steps.at(-1)?.leftAt as string) - Date.parse(steps[0]?.enteredAt as string)) / 86_400_000,
    );
    telling.say();
    telling.say(
      t(
        `Sortie : emploi durable, après ${days} jours, ${steps.length} étapes, plus rien d’ouvert. GET /api/pathways/${id}`,
        `Exit: durable employment, after ${days} days, ${steps.length} steps, nothing left open. GET /api/pathways/${id}`,
      ),
    );
  }
}

/** The next day of the pathway itself: the ladder of reminders and escalations is left aside. */
function nextOf({ deadlines, recordedAt }: Pathway): Label | undefined {
  const ladder = ['task_reminder', 'task_escalation', 'task_committee'];
  return deadlines.find((d) => d.at >= recordedAt && !ladder.includes(d.name))?.sentence;
}

const french = (day: Day) => day.split('-').reverse().join('/');
const dayBefore = (day: Day) =>
  addDelay(day, { days: -1 }, { alsaceMoselle: false, closures: [] }, 'none').day;
