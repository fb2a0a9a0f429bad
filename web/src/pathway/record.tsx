/** What happens to a young person is recorded here: a contact in two clicks, everything else by its form. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { type FormEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { channelLabels, contactResultLabels } from '../../../domain/labels';
import { type Channel, type ContactResult, channels, contactResults } from '../../../domain/pathway';
import { ApiProblem, isProblem } from '../api/problem';
import type { EventForm, Recorded } from '../api/types';
import { SchemaFields } from '../form/fields';
import { type ObjectSchema, parisInstant, type Typed } from '../form/schema';
import { useSchemaForm } from '../form/use-schema-form';
import { Failure, Said } from '../layout/states';
import { inBoth, useLabel, useWords } from '../words/words';
import { useAttempts, useRefresh } from './use-pathway';

const w = inBoth({
  fr: {
    title: 'Enregistrer',
    contact: 'Noter un contact',
    channel: 'Par quel moyen ?',
    result: 'Résultat (enregistre aussitôt)',
    comment: 'Commentaire (facultatif)',
    when: 'Quand (maintenant si vide)',
    contactKept: (result: string, channel: string) => `Contact enregistré : ${result}, ${channel}.`,
    other: 'Enregistrer un autre événement',
    otherHow: 'Contrat, alerte, offre, mise en attente, sortie…',
    choose: 'Que s’est-il passé ?',
    notNow: 'Pas maintenant',
    save: 'Enregistrer',
    saving: 'Enregistrement…',
    cancel: 'Annuler',
    back: 'Corriger',
    kept: (what: string) => `C’est enregistré : « ${what} ».`,
    opened: (n: number) => (n > 1 ? ` ${n} tâches se sont ouvertes.` : ' Une tâche s’est ouverte.'),
    accepted:
      'C’est pris en compte ; la page le montrera dès que la base de données répondra. Ne le saisissez pas à nouveau.',
    changed:
      'Le parcours a changé pendant votre saisie. La page est à jour et votre saisie est toujours là : relisez, puis enregistrez à nouveau.',
    overtaken: 'Ce n’est plus possible en l’état. La page est à jour ; votre saisie est toujours là.',
    wrong: 'Rien n’est enregistré : corrigez ce que le formulaire signale.',
    hold: 'Jusque-là rien n’est dû, sauf ce que la loi date. Le parcours reprend de lui-même ce jour-là, et vous pouvez le reprendre plus tôt.',
    sure: (what: string) => `Confirmez : ${what}`,
    exit: 'Les tâches ouvertes seront annulées et plus rien ne sera demandé. Vous pouvez annuler la sortie pendant un temps, sur cette page.',
    resume: 'Les tâches et les échéances reprennent aujourd’hui ; les jours d’attente ne comptent pas.',
    undo_exit: 'Le parcours reprend là où il était : ce que la sortie avait annulé est demandé à nouveau.',
    confirm: 'Confirmer',
  },
  en: {
    title: 'Record',
    contact: 'Record a contact',
    channel: 'By which means?',
    result: 'Result (records at once)',
    comment: 'Comment (optional)',
    when: 'When (now if empty)',
    contactKept: (result: string, channel: string) => `Contact recorded: ${result}, ${channel}.`,
    other: 'Record another event',
    otherHow: 'Contract, alert, offer, hold, exit…',
    choose: 'What has happened?',
    notNow: 'Not now',
    save: 'Record',
    saving: 'Recording…',
    cancel: 'Cancel',
    back: 'Correct',
    kept: (what: string) => `Recorded: "${what}".`,
    opened: (n: number) => (n === 1 ? ' One task has opened.' : ` ${n} tasks have opened.`),
    accepted: 'It is taken; the page will show it once the database answers. Do not record it again.',
    changed:
      'The pathway changed while you were typing. The page is up to date and what you typed is still there: read it again, then record it.',
    overtaken:
      'This is no longer possible as things are. The page is up to date; what you typed is still there.',
    wrong: 'Nothing is recorded: correct what the form points out.',
    hold: 'Until then nothing is due but what the law dates. The pathway resumes by itself on that day, and you can resume it earlier.',
    sure: (what: string) => `Please confirm: ${what}`,
    exit: 'Open tasks will be cancelled and nothing more will be asked. You can undo the exit for a time, on this page.',
    resume: 'Tasks and deadlines go on today; the days on hold do not count.',
    undo_exit: 'The pathway goes on where it was: what the exit cancelled is asked again.',
    confirm: 'Confirm',
  },
});

/** What is not to happen by a slip, and what the page says before it does. */
const confirmed = ['exit', 'resume', 'undo_exit'] as const;
const isConfirmed = (event: string): event is (typeof confirmed)[number] =>
  (confirmed as readonly string[]).includes(event);

/** These are as true whatever else has happened meanwhile; the others decide on what was read. */
const stillTrue: readonly string[] = ['contact', 'alert', 'offer'];

interface Props {
  readonly pathwayId: string;
  readonly etag: string | null;
  readonly forms: readonly EventForm[];
  /** The event whose form is open; null: none. */
  readonly open: string | null;
  onOpen(event: string | null): void;
}

export function Record({ pathwayId, etag, forms, open, onOpen }: Props) {
  const words = useWords(w);
  const labelOf = useLabel();
  const [said, setSaid] = useState<string | null>(null);
  const [menu, setMenu] = useState(false);
  // What was typed into each form stays while another one is looked at.
  const [typed, setTyped] = useState<Readonly<Record<string, Typed>>>({});
  const buttons = useRef<HTMLDivElement>(null);
  const contact = forms.find(({ event }) => event === 'contact');
  const others = forms.filter(({ event }) => event !== 'contact');
  const possible = others.filter(({ notNow }) => notNow === null);
  // That there is nothing to resume or to undo goes without saying.
  const impossible = others.filter(
    ({ event, notNow }) => notNow !== null && event !== 'resume' && event !== 'undo_exit',
  );
  const form = forms.find(({ event }) => event === open);
  /** The one thing that a partner or a mediator records beside contacts needs no menu. */
  const alone = others.length === 1 ? possible[0] : undefined;

  /** Back to the button that opened the form. */
  const close = () => {
    const [forContact, forOthers] = [...(buttons.current?.querySelectorAll('button') ?? [])];
    (open === 'contact' ? forContact : (forOthers ?? forContact))?.focus();
    setMenu(false);
    onOpen(null);
  };
  const done = (message: string) => {
    setSaid(message);
    if (open) setTyped({ ...typed, [open]: {} });
    close();
  };
  return (
    <section className="young__part record" aria-labelledby="record">
      <h2 id="record" className="fr-sr-only">
        {words.title}
      </h2>
      <div className="record__buttons" ref={buttons}>
        {contact?.notNow === null && (
          <Button
            iconId="fr-icon-phone-line"
            onClick={() => {
              setSaid(null);
              setMenu(false);
              onOpen(open === 'contact' ? null : 'contact');
            }}
            nativeButtonProps={{ 'aria-expanded': open === 'contact' }}
          >
            {words.contact}
          </Button>
        )}
        {alone && (
          <Button priority="secondary" onClick={() => onOpen(open ? null : alone.event)}>
            {labelOf(alone.label)}
          </Button>
        )}
        {others.length > 0 && !alone && (
          <Button
            priority="secondary"
            iconId={menu ? 'fr-icon-arrow-up-s-line' : 'fr-icon-arrow-down-s-line'}
            iconPosition="right"
            onClick={() => {
              setSaid(null);
              setMenu(!menu);
              onOpen(null);
            }}
            nativeButtonProps={{ 'aria-expanded': menu, 'aria-describedby': 'record-other' }}
          >
            {words.other}
          </Button>
        )}
        {others.length > 0 && !alone && !menu && !form && (
          <p id="record-other" className="record__how fr-hint-text">
            {words.otherHow}
          </p>
        )}
      </div>
      <Said said={form ? null : said} className="fr-mt-2w" onClose={() => setSaid(null)} />
      {menu && !form && (
        <div className="record__menu">
          <p className="fr-text--bold">{words.choose}</p>
          <ul className="record__events">
            {possible.map(({ event, label }) => (
              <li key={event}>
                <Button priority="tertiary" onClick={() => onOpen(event)}>
                  {labelOf(label)}
                </Button>
              </li>
            ))}
          </ul>
          {impossible.length > 0 && (
            <>
              <p className="fr-text--bold fr-mt-2w">{words.notNow}</p>
              <ul className="record__not-now">
                {impossible.map(({ event, label, notNow }) => (
                  <li key={event}>
                    {labelOf(label)}
                    {notNow && <span className="fr-hint-text">{labelOf(notNow.reason)}</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      {form?.event === 'contact' && (
        <Contact pathwayId={pathwayId} form={form} onDone={done} onCancel={close} />
      )}
      {form && form.event !== 'contact' && (
        <Event
          key={form.event}
          pathwayId={pathwayId}
          etag={stillTrue.includes(form.event) ? null : etag}
          form={form}
          typed={typed[form.event] ?? {}}
          onTyped={(now) => setTyped({ ...typed, [form.event]: now })}
          onDone={done}
          onCancel={close}
        />
      )}
    </section>
  );
}

/** Sends what is recorded, and says what became of it. */
function useRecording(pathwayId: string, form: EventForm, etag: string | null) {
  const words = useWords(w);
  const send = useAttempts();
  const refresh = useRefresh(pathwayId);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  return {
    sending,
    problem,
    setProblem,
    /** @returns what to say of it; null: it was refused */
    async record(
      body: unknown,
      told: string,
      onRefused?: (problem: ApiProblem) => void,
    ): Promise<string | null> {
      setSending(true);
      setProblem(null);
      try {
        const method = form.method === 'delete' ? 'DELETE' : 'POST';
        const { status, body: said } = await send<Recorded>(method, `/api${form.path}`, body, etag);
        if (status === 202) return words.accepted;
        const n = said.opened.length;
        await refresh();
        return told + (n > 0 ? words.opened(n) : '');
      } catch (error) {
        setProblem(error);
        if (error instanceof ApiProblem) onRefused?.(error);
        // Somebody else was quicker: what they did is shown before one decides again.
        if (isProblem(error) && (error.status === 409 || error.status === 412)) await refresh();
        return null;
      } finally {
        setSending(false);
      }
    },
  };
}

function Refused({ problem }: { problem: unknown }) {
  const words = useWords(w);
  if (!problem) return null;
  if (isProblem(problem, 'stale')) return <Failure error={problem} title={words.changed} />;
  if (isProblem(problem) && problem.status === 422 && problem.body.errors?.length)
    return (
      // What is wrong with each field stands beside it.
      <Alert severity="error" small description={words.wrong} />
    );
  if (isProblem(problem) && problem.status === 409)
    return (
      <>
        <Failure error={problem} />
        <p className="fr-mt-1w">{words.overtaken}</p>
      </>
    );
  return <Failure error={problem} />;
}

/** Puts the focus on what has just opened. */
function useFocusOnOpening<E extends HTMLElement>(wanted = true): RefObject<E | null> {
  const place = useRef<E>(null);
  useEffect(() => {
    if (wanted) place.current?.focus();
  }, [wanted]);
  return place;
}

interface OpenForm {
  readonly pathwayId: string;
  readonly form: EventForm;
  onDone(said: string): void;
  onCancel(): void;
}

/**
 * One click opened it, with the telephone chosen; the second one, on the result, records.
 * @param below something that opened with it is read first
 * @param during wraps what is sent
 */
export function Contact({
  pathwayId,
  form,
  onDone,
  onCancel,
  below = false,
  during = (work) => work(),
}: OpenForm & { below?: boolean; during?: (work: () => Promise<void>) => Promise<void> }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { sending, problem, record } = useRecording(pathwayId, form, null);
  const [channel, setChannel] = useState<Channel>('phone');
  const [comment, setComment] = useState('');
  const [when, setWhen] = useState('');
  const first = useFocusOnOpening<HTMLHeadingElement>(!below);
  async function keep(result: ContactResult) {
    const body = {
      channel,
      result,
      ...(comment.trim() && { comment: comment.trim() }),
      ...(when && { at: parisInstant(when) }),
    };
    const [how, what] = [labelOf(channelLabels[channel]), labelOf(contactResultLabels[result])];
    const said = await record(body, words.contactKept(what.toLowerCase(), how.toLowerCase()));
    if (said) onDone(said);
  }
  const errorAt = (pointer: string) => (problem instanceof ApiProblem ? problem.errorAt(pointer) : undefined);
  const Title = below ? 'h2' : 'h3';
  return (
    <div className="record__form">
      <Title className="fr-h5" ref={first} tabIndex={-1}>
        {words.contact}
      </Title>
      <fieldset className="choices">
        <legend>{words.channel}</legend>
        {channels.map((code) => (
          <label key={code} className="choices__one">
            <input
              type="radio"
              name="channel"
              value={code}
              checked={channel === code}
              onChange={() => setChannel(code)}
            />
            <span>{labelOf(channelLabels[code])}</span>
          </label>
        ))}
      </fieldset>
      <div className="record__contact-more">
        <Input
          label={words.comment}
          textArea
          nativeTextAreaProps={{
            value: comment,
            rows: 2,
            maxLength: 4000,
            onChange: (e) => setComment(e.target.value),
          }}
        />
        <Input
          label={words.when}
          state={errorAt('/at') ? 'error' : 'default'}
          stateRelatedMessage={errorAt('/at')}
          nativeInputProps={{
            type: 'datetime-local',
            max: '9999-12-31T23:59',
            value: when,
            onChange: (e) => setWhen(e.target.value),
          }}
        />
      </div>
      <fieldset className="choices">
        <legend>{words.result}</legend>

        {contactResults.map((result) => (
          <Button
            key={result}
            priority={result === 'reached' ? 'primary' : 'secondary'}
            disabled={sending}
            onClick={() => void during(() => keep(result))}
          >
            {labelOf(contactResultLabels[result])}
          </Button>
        ))}
        <Button priority="tertiary no outline" onClick={onCancel}>
          {words.cancel}
        </Button>
      </fieldset>
      <div className="record__refused">
        <Refused problem={problem} />
      </div>
    </div>
  );
}

interface EventProps extends OpenForm {
  readonly etag: string | null;
  readonly typed: Typed;
  onTyped(typed: Typed): void;
}

function Event({ pathwayId, etag, form, typed, onTyped, onDone, onCancel }: EventProps) {
  const words = useWords(w);
  const labelOf = useLabel();
  const schema = form.form as unknown as ObjectSchema;
  const fields = useSchemaForm(schema, typed);
  const { sending, problem, setProblem, record } = useRecording(pathwayId, form, etag);
  const { event } = form;
  const hasFields = Object.keys(schema.properties).length > 0;
  /** What was checked and waits for a yes. */
  const [toConfirm, setToConfirm] = useState<Record<string, unknown> | null>(
    isConfirmed(event) && !hasFields ? {} : null,
  );
  const opened = useFocusOnOpening<HTMLHeadingElement>();
  const label = labelOf(form.label);

  async function keep(body: Record<string, unknown>) {
    const said = await record(hasFields ? body : undefined, words.kept(label), (refused) => {
      setToConfirm(hasFields ? null : body);
      fields.refused(refused);
    });
    if (said) onDone(said);
  }
  function submit(e: FormEvent) {
    e.preventDefault();
    setProblem(null);
    const body = fields.check();
    if (!body) return;
    if (isConfirmed(event)) setToConfirm(body);
    else void keep(body);
  }
  return (
    <div className="record__form">
      <h3 className="fr-h5" ref={opened} tabIndex={-1}>
        {label}
      </h3>
      {toConfirm && isConfirmed(event) ? (
        <Confirm
          title={words.sure(label)}
          sending={sending}
          onConfirm={() => void keep(toConfirm)}
          onBack={hasFields ? () => setToConfirm(null) : onCancel}
          back={hasFields ? words.back : words.cancel}
        >
          {words[event]}
        </Confirm>
      ) : (
        <form onSubmit={submit} noValidate ref={fields.place as RefObject<HTMLFormElement | null>}>
          {event === 'hold' && <p>{words.hold}</p>}
          <SchemaFields
            schema={schema}
            value={typed}
            onChange={onTyped}
            proposals={form.proposals}
            errorAt={fields.errorAt}
            idPrefix={`event-${event}`}
          />
          <div className="record__buttons">
            <Button type="submit" disabled={sending}>
              {sending ? words.saving : words.save}
            </Button>
            <Button type="button" priority="tertiary no outline" onClick={onCancel}>
              {words.cancel}
            </Button>
          </div>
        </form>
      )}
      <div className="record__refused">
        <Refused problem={problem} />
      </div>
    </div>
  );
}

function Confirm(props: {
  title: string;
  children: ReactNode;
  sending: boolean;
  onConfirm(): void;
  onBack(): void;
  back: string;
}) {
  const words = useWords(w);
  const place = useFocusOnOpening<HTMLDivElement>();
  return (
    <div className="record__sure" ref={place} tabIndex={-1}>
      <Alert severity="warning" title={props.title} as="h4" description={props.children as string} />
      <div className="record__buttons fr-mt-2w">
        <Button disabled={props.sending} onClick={props.onConfirm}>
          {props.sending ? words.saving : words.confirm}
        </Button>
        <Button priority="tertiary no outline" onClick={props.onBack}>
          {props.back}
        </Button>
      </div>
    </div>
  );
}
