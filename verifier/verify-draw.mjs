#!/usr/bin/env node
/**
 * Vérifie le procès-verbal publié d'un tirage au sort. / Verifies the published record of a draw.
 *
 *   node verify-draw.mjs record.json [--commitment HASH] [--register HASH] [--line HASH]...
 *                        [--previous earlier.json]... [--lang fr|en]
 *
 * One file, nothing to install but Node 18 or later, no network. It shares no code with the software that draws: it
 * reads the record, makes the draw again from the seed, and says what differs. Exit code 0 when everything holds, else 1.
 *
 *   --commitment, --register   the hashes as they were published BEFORE the draw. Without them a record that was made up
 *                              from its first line to its last cannot be told from a true one: keep what was published.
 *   --line                     the hash of any line of the log that was published or noted earlier.
 *   --previous                 the record of an earlier draw; give all of them: nobody may be drawn twice, and a person
 *                              met again keeps the first arm.
 *
 * How to read it: `verify` lists the checks in order; each is a function below it. The draw itself is `redraw`.
 */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// ---------------------------------------------------------------------------------------------------------------
// 1. Chance: SHA-256 in counter mode
// ---------------------------------------------------------------------------------------------------------------

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const bytes = (hex) => Buffer.from(hex, 'hex');

/** Big-endian bytes of a whole number. */
function bigEndian(n, length) {
  const out = Buffer.alloc(length);
  for (let i = length - 1, rest = n; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256;
  return out;
}

/**
 * The 32-bit numbers of one purpose, without end: those of block 0, block 1…, where
 * block i = SHA-256(key ‖ length of the label, 4 bytes ‖ label ‖ i, 8 bytes), read as eight big-endian numbers.
 */
function* numbers(key, label) {
  const name = Buffer.from(label, 'utf8');
  for (let i = 0; ; i++) {
    const block = sha256(key, bigEndian(name.length, 4), name, bigEndian(i, 8));
    for (let at = 0; at < 32; at += 4) yield block.readUInt32BE(at);
  }
}

/** A whole number from 0 to n − 1. 2³² is rarely a multiple of n: numbers beyond the last whole multiple are passed over. */
function below(source, n) {
  const whole = 2 ** 32 - (2 ** 32 % n);
  for (;;) {
    const x = source.next().value;
    if (x < whole) return x % n;
  }
}

/** Fisher–Yates: for the last place, then the one before it…, one of those not yet placed. */
function shuffled(source, items) {
  const list = items.slice();
  for (let last = list.length - 1; last >= 1; last--) {
    const chosen = below(source, last + 1);
    const kept = list[last];
    list[last] = list[chosen];
    list[chosen] = kept;
  }
  return list;
}

// ---------------------------------------------------------------------------------------------------------------
// 2. The draw, made again
// ---------------------------------------------------------------------------------------------------------------

/** num/den in lowest terms. */
function fraction(num, den) {
  const gcd = (a, b) => (b === 0 ? a : gcd(b, a % b));
  const by = gcd(num, den);
  return { num: num / by, den: den / by };
}

/** What must have become of each registered person. @returns Map of id → {fate, entering, stratum, block, arm, probability} */
function redraw(record) {
  const { rules, register } = record;
  const key = sha256(bytes(record.seed), bytes(hashOf(frozenPart(record))), record.publicNumber ?? '');
  const person = new Map(register.map((r) => [r.id, { site: r.site, fate: 'drawn' }]));
  const wishesOf = (site) => register.filter((r) => r.site === site).map((r) => r.id);

  // The rush: at a site with more wishes than places, a shuffle says who is among the places.
  const chanceOfPlace = new Map();
  for (const { site, places } of rules.sites) {
    const wishes = wishesOf(site);
    if (places === null || wishes.length <= places) {
      chanceOfPlace.set(site, [1, 1]);
      continue;
    }
    chanceOfPlace.set(site, [places, wishes.length]);
    for (const id of shuffled(numbers(key, `rush:${site}`), wishes).slice(places))
      person.get(id).fate = 'rush';
  }

  const strata =
    rules.strata === 'site'
      ? rules.sites.map((s) => ({ name: s.site, sites: [s.site], rule: s }))
      : [{ name: 'all', sites: rules.sites.map((s) => s.site), rule: rules.sites[0] }];

  for (const { name, sites, rule } of strata) {
    const { servicePlus, of } = rule.ratio;
    const members = register.filter((r) => sites.includes(r.site)).map((r) => r.id);
    const entered = members.filter((id) => person.get(id).fate === 'drawn');
    const over = entered.length % rule.block;

    // Misfits that wait: a shuffle of all who entered says which ones.
    let blocked = entered;
    if (rule.misfits === 'next_wave' && over > 0) {
      for (const id of shuffled(numbers(key, `misfits:${name}`), entered).slice(0, over))
        person.get(id).fate = 'misfit';
      blocked = entered.filter((id) => person.get(id).fate === 'drawn');
    }
    for (const id of members) {
      const [num, den] = chanceOfPlace.get(person.get(id).site);
      person.get(id).entering = fraction(num * blocked.length, den * entered.length);
    }

    // Blocks, in the order of the wishes: each holds the ratio exactly, in a shuffled order.
    for (let first = 0, k = 1; first < blocked.length; first += rule.block, k++) {
      const block = blocked.slice(first, first + rule.block);
      const full = block.length === rule.block;
      const source = numbers(key, full ? `block:${name}:${k}` : `misfits:${name}`);
      // A block that is not full: the whole part of its share, and one more with the probability of the fraction.
      let plus = Math.floor((block.length * servicePlus) / of);
      const rest = (block.length * servicePlus) % of;
      if (rest > 0 && below(source, of) < rest) plus += 1;
      const arms = shuffled(
        source,
        block.map((_, i) => (i < plus ? 'service_plus' : 'standard')),
      );
      block.forEach((id, i) => {
        Object.assign(person.get(id), {
          stratum: name,
          block: k,
          arm: arms[i],
          probability: fraction(servicePlus, of),
        });
      });
    }
  }
  return person;
}

// ---------------------------------------------------------------------------------------------------------------
// 3. Hashes
// ---------------------------------------------------------------------------------------------------------------

/** The one text of a value: no spaces, keys in alphabetical order (RFC 8785 for texts, whole numbers and null). */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v)).join()}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join()}}`;
  return JSON.stringify(value);
}
const hashOf = (value) => sha256(canonical(value)).toString('hex');

const pick = (record, ...fields) => Object.fromEntries(fields.map((f) => [f, record[f]]));
const committedPart = (r) => pick(r, 'format', 'draw', 'wave', 'algorithm', 'commitment', 'committedAt');
const frozenPart = (r) => ({ ...committedPart(r), ...pick(r, 'rules', 'register', 'kept', 'frozenAt') });
const drawnPart = (r) => pick(r, 'registerHash', 'seed', 'publicNumber', 'drawnAt', 'entries', 'allocations');

// ---------------------------------------------------------------------------------------------------------------
// 4. The form of a record: these fields, all of them and no other
// ---------------------------------------------------------------------------------------------------------------

const matches = (pattern) => (v) => typeof v === 'string' && pattern.test(v);
const oneOf =
  (...values) =>
  (v) =>
    values.includes(v);
const whole = (least, most) => (v) => Number.isSafeInteger(v) && v >= least && v <= most;
const orNull = (test) => (v) => v === null || test(v);
const uuid = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const code = matches(/^[a-z0-9][a-z0-9_-]{0,39}$/);
const hex = matches(/^[0-9a-f]{64}$/);
const line = (most) => (v) =>
  typeof v === 'string' &&
  v !== '' &&
  v.length <= most &&
  v === v.trim() &&
  !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(v);
const instant = (v) =>
  matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)(v) &&
  !Number.isNaN(Date.parse(v)) &&
  new Date(v).toISOString() === v;
const arm = oneOf('service_plus', 'standard');
const most = 100_000;
const share = { num: whole(0, Number.MAX_SAFE_INTEGER), den: whole(1, Number.MAX_SAFE_INTEGER) };

/** A function tests a value, an object names fields, an array of one says what each item is, `maybe` also takes null. */
const maybe = (shape) => ({ maybe: shape });
const form = {
  format: oneOf('service-plus-draw/1'),
  draw: uuid,
  wave: line(60),
  algorithm: oneOf('sha256-counter/1'),
  commitment: hex,
  committedAt: instant,
  rules: {
    strata: oneOf('site', 'none'),
    sites: [
      {
        site: code,
        ratio: { servicePlus: whole(1, 99), of: whole(2, 100) },
        block: whole(2, 1000),
        places: orNull(whole(1, most)),
        misfits: oneOf('proportional', 'next_wave'),
      },
    ],
    publicNumber: maybe({ source: line(500), notBefore: instant }),
  },
  register: [{ id: uuid, site: code, n: whole(1, most) }],
  kept: [{ id: uuid, site: code, arm, firstDraw: uuid, firstId: uuid }],
  frozenAt: instant,
  registerHash: hex,
  seed: hex,
  publicNumber: orNull(line(200)),
  drawnAt: instant,
  entries: [{ id: uuid, fate: oneOf('drawn', 'rush', 'misfit'), entering: share }],
  allocations: [{ id: uuid, stratum: code, block: whole(1, most), arm, probability: share, entering: share }],
  log: [
    {
      n: whole(0, Number.MAX_SAFE_INTEGER),
      at: instant,
      draw: uuid,
      what: oneOf('committed', 'frozen', 'drawn'),
      content: hex,
      previous: hex,
      hash: hex,
    },
  ],
};

function checkForm(value, shape, where, tell) {
  if (typeof shape === 'function') {
    if (!shape(value)) tell(where, 'valeur non admise', 'is not a value that may stand here', value);
  } else if (Array.isArray(shape)) {
    if (!Array.isArray(value)) tell(where, "n'est pas une liste", 'is not a list', value);
    else for (const [i, item] of value.entries()) checkForm(item, shape[0], `${where}/${i}`, tell);
  } else if (Object.hasOwn(shape, 'maybe')) {
    if (value !== null) checkForm(value, shape.maybe, where, tell);
  } else if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    tell(where, "n'a pas de champs", 'has no fields', value);
  } else {
    for (const key of Object.keys(value))
      if (!Object.hasOwn(shape, key)) tell(`${where}/${key}`, 'champ inconnu', 'is an unknown field');
    for (const key of Object.keys(shape))
      if (Object.hasOwn(value, key)) checkForm(value[key], shape[key], `${where}/${key}`, tell);
      else tell(`${where}/${key}`, 'manque', 'is missing');
  }
}

/**
 * Reads the text of a record. JSON lets a field stand twice, and a reader sees the one where a program takes the other:
 * such a text, once read, is no longer what was written.
 */
export function readRecord(text) {
  const record = JSON.parse(text);
  const packed = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string) => string ?? '');
  if (packed !== JSON.stringify(record))
    throw new SyntaxError('a field stands twice, or a text or a number is written in an unusual way');
  return record;
}

// ---------------------------------------------------------------------------------------------------------------
// 5. The checks
// ---------------------------------------------------------------------------------------------------------------

const checks = {
  form: { fr: 'Forme du procès-verbal', en: 'Form of the record' },
  rules: { fr: 'Règles', en: 'Rules' },
  instants: { fr: 'Ordre des instants', en: 'Order of the instants' },
  register: { fr: 'Registre : chacun une fois', en: 'Register: each person once' },
  commitment: { fr: 'Engagement sur la graine', en: 'Commitment to the seed' },
  registerHash: { fr: 'Empreinte du registre', en: 'Hash of the register' },
  log: { fr: 'Journal chaîné', en: 'Chained log' },
  fates: { fr: 'Un sort et un seul pour chacun', en: 'One fate for everybody' },
  rush: { fr: 'Entrée dans la vague', en: 'Who enters the wave' },
  arms: { fr: 'Blocs et groupes', en: 'Blocks and arms' },
  probabilities: { fr: 'Probabilités', en: 'Probabilities' },
  beforehand: { fr: 'Ce qui fut publié auparavant', en: 'What was published beforehand' },
  previous: { fr: 'Tirages précédents', en: 'Earlier draws' },
};

/**
 * @param record the record, as `readRecord` gives it
 * @param beforehand what was published before: `commitment` and `register` (hashes), `lines` (hashes of lines of the
 *   log), `previous` (records of all earlier draws)
 * @returns {{valid: boolean, problems: {check: string, where: string, fr: string, en: string}[],
 *   notes: {fr: string, en: string}[], unchecked: string[]}} `check` and `unchecked` are keys of `checks`
 */
export function verify(record, beforehand = {}) {
  const problems = [];
  const notes = [];
  const teller =
    (check) =>
    (where, fr, en, ...found) => {
      const shown = found.length === 0 ? '' : `: ${String(JSON.stringify(found[0])).slice(0, 80)}`;
      problems.push({ check, where, fr: fr + (shown && ` ${shown}`), en: en + shown });
    };

  const unchecked = new Set(Object.keys(checks));
  const check = (name, run) => {
    unchecked.delete(name);
    run(teller(name));
  };
  check('form', (tell) => checkForm(record, form, '', tell));
  // Whatever follows reads these fields.
  if (problems.length === 0) {
    check('rules', (tell) => checkRules(record, tell));
    check('instants', (tell) => checkInstants(record, tell));
    check('register', (tell) => checkRegister(record, tell));
    check('commitment', (tell) => checkCommitment(record, tell));
    check('registerHash', (tell) => checkRegisterHash(record, tell));
    check('log', (tell) => checkLog(record, tell, notes));
    check('fates', (tell) => checkFates(record, tell));
    // From another seed or register everybody's lot would differ: what is told above is the cause.
    if (problems.every((p) => ['log', 'instants'].includes(p.check))) {
      const expected = redraw(record);
      check('rush', (tell) => compare(record, expected, 'entries', ['fate'], tell));
      check('arms', (tell) => compare(record, expected, 'allocations', ['stratum', 'block', 'arm'], tell));
      check('probabilities', (tell) => {
        compare(record, expected, 'entries', ['entering'], tell);
        compare(record, expected, 'allocations', ['probability', 'entering'], tell);
      });
    }
    const { commitment, register, lines = [], previous = [] } = beforehand;
    if (commitment !== undefined || register !== undefined || lines.length > 0)
      check('beforehand', (tell) => checkBeforehand(record, { commitment, register, lines }, tell));
    if (previous.length > 0) check('previous', (tell) => checkPrevious(record, previous, tell));
    noteUncompared(record, beforehand, notes);
  }
  return { valid: problems.length === 0, problems, notes, unchecked: [...unchecked] };
}

function checkRules({ rules }, tell) {
  rules.sites.forEach(({ site, ratio, block, misfits }, i) => {
    const at = `/rules/sites/${i}`;
    if (ratio.servicePlus >= ratio.of)
      tell(`${at}/ratio`, 'tout le monde aurait le service plus', 'everybody would get service plus');
    if (block % ratio.of !== 0)
      tell(`${at}/block`, `n'est pas un multiple de ${ratio.of}`, `is not a multiple of ${ratio.of}`, block);
    if (i > 0 && site <= rules.sites[i - 1].site)
      tell(`${at}/site`, "deux fois, ou hors de l'ordre", 'stands twice or out of order', site);
    const first = rules.sites[0];
    if (
      rules.strata === 'none' &&
      canonical([ratio, block, misfits]) !== canonical([first.ratio, first.block, first.misfits])
    )
      tell(at, 'diffère du premier site, dans la même strate', 'differs from the first site, in one stratum');
  });
  if (rules.sites.length === 0) tell('/rules/sites', 'aucun site', 'there is no site');
}

function checkInstants(record, tell) {
  const { committedAt, frozenAt, drawnAt, rules, publicNumber } = record;
  if (frozenAt <= committedAt)
    tell(
      '/frozenAt',
      "le registre n'a pas été arrêté après l'engagement sur la graine",
      'the register was not frozen after the commitment to the seed',
    );
  if (drawnAt <= frozenAt)
    tell(
      '/drawnAt',
      "le tirage n'a pas eu lieu après l'arrêt du registre",
      'the draw was not made after the register was frozen',
    );
  if ((rules.publicNumber === null) !== (publicNumber === null))
    tell(
      '/publicNumber',
      "les règles et le tirage ne s'accordent pas sur un nombre public",
      'the rules and the draw do not agree on a public number',
    );
  if (rules.publicNumber === null) return;
  if (rules.publicNumber.notBefore <= frozenAt)
    tell(
      '/rules/publicNumber/notBefore',
      "le nombre public pouvait être connu à l'arrêt du registre",
      'the public number may have been known when the register was frozen',
    );
  if (drawnAt < rules.publicNumber.notBefore)
    tell(
      '/drawnAt',
      'le nombre public ne pouvait pas encore être connu',
      'the public number could not be known yet',
    );
}

function checkRegister({ register, kept, rules, draw }, tell) {
  const sites = rules.sites.map((s) => s.site);
  const seen = new Set();
  for (const [list, people] of Object.entries({ register, kept }))
    people.forEach(({ id, site }, i) => {
      if (seen.has(id))
        tell(`/${list}/${i}/id`, 'cette personne est déjà inscrite', 'this person stands here already', id);
      seen.add(id);
      if (!sites.includes(site))
        tell(`/${list}/${i}/site`, "ce site n'a pas de règles", 'this site has no rules', site);
    });
  register.forEach(({ n }, i) => {
    if (n !== i + 1) tell(`/register/${i}/n`, `il faudrait ${i + 1}`, `should be ${i + 1}`, n);
  });
  kept.forEach(({ id, firstDraw }, i) => {
    if (firstDraw === draw)
      tell(
        `/kept/${i}/firstDraw`,
        'le premier tirage serait celui-ci même',
        'the first draw would be this very one',
      );
    if (i > 0 && id < kept[i - 1].id) tell(`/kept/${i}/id`, "hors de l'ordre", 'stands out of order', id);
  });
}

function checkCommitment({ seed, commitment }, tell) {
  const found = sha256(bytes(seed)).toString('hex');
  if (found !== commitment)
    tell(
      '/seed',
      `la graine n'est pas celle de l'engagement : son empreinte est ${found}`,
      `is not the seed that was committed to: its hash is ${found}`,
    );
}

function checkRegisterHash(record, tell) {
  const found = hashOf(frozenPart(record));
  if (found !== record.registerHash)
    tell(
      '/registerHash',
      `le registre ou ses règles ont changé depuis qu'ils furent arrêtés : leur empreinte est ${found}`,
      `the register or its rules were changed after they were frozen: their hash is ${found}`,
    );
}

function checkLog(record, tell, notes) {
  const { log, draw, kept } = record;
  const steps = ['committed', 'frozen', 'drawn'];
  const done = new Map();
  log.forEach((entry, i) => {
    const { hash, ...rest } = entry;
    const before = log[i - 1];
    if (entry.n !== i)
      tell(
        `/log/${i}/n`,
        `une ligne manque ou a changé de place : il faudrait ${i}`,
        `a line is missing or was moved: should be ${i}`,
        entry.n,
      );
    if (entry.previous !== (before ? before.hash : '0'.repeat(64)))
      tell(
        `/log/${i}/previous`,
        "ce n'est pas l'empreinte de la ligne précédente",
        'is not the hash of the line before',
      );
    if (hashOf(rest) !== hash) tell(`/log/${i}/hash`, 'la ligne a été changée', 'the line was changed');
    if (before && entry.at < before.at)
      tell(`/log/${i}/at`, 'la ligne est antidatée', 'the line is back-dated', entry.at);
    const of = done.get(entry.draw) ?? [];
    if (entry.what !== steps[of.length])
      tell(
        `/log/${i}/what`,
        `pour ce tirage il faudrait ${steps[of.length] ?? 'que rien ne suive'}`,
        steps[of.length] ? `for this draw should be ${steps[of.length]}` : 'nothing may follow for this draw',
        entry.what,
      );
    done.set(entry.draw, [...of, i]);
  });

  const own = log.filter((entry) => entry.draw === draw);
  const expected = [
    [record.committedAt, hashOf(committedPart(record)), "l'engagement", 'the commitment'],
    [record.frozenAt, hashOf(frozenPart(record)), 'le registre', 'the register'],
    [record.drawnAt, hashOf(drawnPart(record)), 'le résultat', 'the outcome'],
  ];
  steps.forEach((step, s) => {
    const i = log.findIndex((entry) => entry.draw === draw && entry.what === step);
    const [at, content, fr, en] = expected[s];
    if (i < 0) {
      tell(
        '/log',
        `il manque la ligne « ${step} » de ce tirage`,
        `the line "${step}" of this draw is missing`,
      );
      return;
    }
    if (log[i].content !== content)
      tell(
        `/log/${i}/content`,
        `${fr} n'est pas ce qui fut inscrit au journal`,
        `${en} is not what was written in the log`,
      );
    if (log[i].at !== at)
      tell(
        `/log/${i}/at`,
        `ce n'est pas l'instant du procès-verbal (${at})`,
        `is not the instant in the record (${at})`,
        log[i].at,
      );
  });
  if (own.length > 0 && log.at(-1) !== own.at(-1))
    tell('/log', 'le journal doit finir par ce tirage', 'the log must end with this draw');

  const frozenAt = log.findIndex((entry) => entry.draw === draw && entry.what === 'frozen');
  kept.forEach(({ firstDraw }, i) => {
    const first = log.findIndex((entry) => entry.draw === firstDraw && entry.what === 'drawn');
    if (first < 0 || first > frozenAt)
      tell(
        `/kept/${i}/firstDraw`,
        "d'après le journal, ce tirage n'avait pas eu lieu",
        'by the log, this draw had not been made',
        firstDraw,
      );
  });
  for (const [other, lines] of done)
    if (other !== draw && lines.length < 3)
      notes.push({
        fr: `Le tirage ${other}, engagé le ${log[lines[0]].at}, n'a pas de résultat à cette date : demandez ce qu'il est devenu.`,
        en: `Draw ${other}, committed at ${log[lines[0]].at}, has no outcome by then: ask what became of it.`,
      });
}

function checkFates({ register, kept, entries, allocations }, tell) {
  const registered = new Map(register.map((r) => [r.id, r.n]));
  const keptIds = new Set(kept.map((k) => k.id));
  for (const [name, list] of Object.entries({ entries, allocations })) {
    const seen = new Set();
    list.forEach(({ id }, i) => {
      const where = `/${name}/${i}/id`;
      if (keptIds.has(id))
        tell(
          where,
          'cette personne garde son groupe et ne devait pas être tirée',
          'this person keeps an arm and was not to be drawn',
          id,
        );
      else if (!registered.has(id))
        tell(where, "cette personne n'est pas au registre", 'this person is not in the register', id);
      if (seen.has(id)) tell(where, 'deux fois', 'stands twice', id);
      seen.add(id);
      if (i > 0 && registered.get(id) < registered.get(list[i - 1].id))
        tell(where, "hors de l'ordre du registre", 'is out of the order of the register', id);
    });
  }
  const fate = new Map(entries.map((e) => [e.id, e.fate]));
  const drawn = new Set(allocations.map((a) => a.id));
  register.forEach(({ id }, i) => {
    if (!fate.has(id)) tell(`/register/${i}`, 'cette personne est sans sort', 'this person has no fate', id);
  });
  entries.forEach(({ id, fate }, i) => {
    if (fate === 'drawn' && !drawn.has(id))
      tell(
        `/entries/${i}`,
        "entre dans la vague mais n'a pas de groupe",
        'enters the wave but has no arm',
        id,
      );
    if (fate !== 'drawn' && drawn.has(id))
      tell(`/entries/${i}`, 'attend, et a pourtant un groupe', 'waits and yet has an arm', id);
  });
}

/** Holds what the record says of each person against the draw made again. */
function compare(record, expected, list, fields, tell) {
  for (const [i, given] of record[list].entries())
    for (const field of fields) {
      const should = canonical(expected.get(given.id)[field] ?? null);
      if (canonical(given[field]) !== should)
        tell(
          `/${list}/${i}/${field}`,
          `pour ${given.id}, le tirage donne ${should}, le procès-verbal dit`,
          `for ${given.id} the draw gives ${should}, the record says`,
          given[field],
        );
    }
}

function checkBeforehand(record, { commitment, register, lines }, tell) {
  if (commitment !== undefined && commitment !== record.commitment)
    tell(
      '/commitment',
      `avant le tirage fut publié ${commitment} : la graine a été remplacée`,
      `before the draw ${commitment} was published: the seed was replaced`,
    );
  if (register !== undefined && register !== record.registerHash)
    tell(
      '/registerHash',
      `avant le tirage fut publié ${register} : le registre a été remplacé`,
      `before the draw ${register} was published: the register was replaced`,
    );
  for (const hash of lines)
    if (!record.log.some((entry) => entry.hash === hash))
      tell(
        '/log',
        `la ligne ${hash}, publiée auparavant, n'y est plus : le journal a été refait`,
        `line ${hash}, published earlier, is no longer there: the log was made anew`,
      );
}

/** What the reader has still to look up. */
function noteUncompared(record, { commitment, register, previous = [] }, notes) {
  const { kept, log, draw } = record;
  if (commitment === undefined || register === undefined)
    notes.push({
      fr: `Comparez vous-même, ou donnez --commitment et --register, avec ce qui fut publié AVANT le tirage : engagement ${record.commitment}, registre ${record.registerHash}. Un procès-verbal refait d'un bout à l'autre ne se reconnaît qu'à cela.`,
      en: `Compare yourself, or give --commitment and --register, with what was published BEFORE the draw: commitment ${record.commitment}, register ${record.registerHash}. A record made anew from end to end is told by nothing else.`,
    });
  if (record.rules.publicNumber)
    notes.push({
      fr: `Vérifiez à sa source que le nombre public est bien « ${record.publicNumber} » : ${record.rules.publicNumber.source}`,
      en: `Check at its source that the public number is "${record.publicNumber}": ${record.rules.publicNumber.source}`,
    });
  if (previous.length === 0 && log.some((entry) => entry.draw !== draw && entry.what === 'drawn'))
    notes.push({
      fr: `Il y eut d'autres tirages : donnez leurs procès-verbaux (--previous) pour vérifier que personne n'est tiré deux fois et que les ${kept.length} personnes revues gardent leur groupe.`,
      en: `There were other draws: give their records (--previous) to check that nobody is drawn twice and that the ${kept.length} people met again keep their arm.`,
    });
}

function checkPrevious(record, previous, tell) {
  for (const earlier of previous) {
    const { problems } = verify(earlier);
    if (problems.length > 0) {
      const [{ where, fr, en }] = problems;
      tell(
        `${earlier?.draw}${where}`,
        `ce procès-verbal précédent n'est pas valable : ${fr}`,
        `this earlier record is not valid: ${en}`,
      );
      return;
    }
  }
  const all = [...previous, record].sort((a, b) => a.log.length - b.log.length);
  if (all.at(-1) !== record || new Set(all.map((r) => r.draw)).size < all.length) {
    tell(
      '',
      'les procès-verbaux donnés ne sont pas tous antérieurs et distincts',
      'the records given are not all earlier and distinct',
    );
    return;
  }
  // One chain: the log of each record goes on from that of the one before.
  for (let i = 1; i < all.length; i++) {
    const last = all[i - 1].log.at(-1);
    if (all[i].log[last.n].hash !== last.hash)
      tell(
        `${all[i].draw}/log/${last.n}`,
        `le journal ne continue pas celui du tirage ${all[i - 1].draw}`,
        `the log does not go on from that of draw ${all[i - 1].draw}`,
      );
  }
  for (const { what, draw } of record.log)
    if (what === 'drawn' && !all.some((r) => r.draw === draw))
      tell('/log', `il manque le procès-verbal du tirage ${draw}`, `the record of draw ${draw} is missing`);

  const first = new Map();
  const met = new Map();
  for (const { draw, kept, allocations } of all) {
    for (const { id, arm } of allocations) {
      if (first.has(id) || met.has(id))
        tell(`${draw}/allocations`, 'cette personne est tirée deux fois', 'this person is drawn twice', id);
      else first.set(id, { draw, arm });
    }
    for (const [i, k] of kept.entries()) {
      const given = first.get(k.firstId);
      const where = `${draw}/kept/${i}`;
      if (!given || given.draw !== k.firstDraw)
        tell(
          where,
          'le premier tirage ne connaît pas cette personne',
          'the first draw does not know this person',
          k.firstId,
        );
      else if (given.arm !== k.arm)
        tell(
          `${where}/arm`,
          `cette personne ne garde pas son premier groupe (${given.arm})`,
          `this person does not keep the first arm (${given.arm})`,
          k.arm,
        );
      if (k.firstId !== k.id && first.has(k.id))
        tell(where, 'cette personne est tirée deux fois', 'this person is drawn twice', k.id);
      met.set(k.id, k);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------
// 6. The command
// ---------------------------------------------------------------------------------------------------------------

/** What was drawn, in numbers. */
function summary({ rules, register, kept, entries, allocations }, lang) {
  const fates = new Map(entries.map((e) => [e.id, e.fate]));
  const arms = new Map(allocations.map((a) => [a.id, a.arm]));
  return rules.sites.map(({ site, ratio, block, places, misfits }) => {
    const people = register.filter((r) => r.site === site);
    const fate = (f) => people.filter((r) => fates.get(r.id) === f).length;
    const got = (a) => people.filter((r) => arms.get(r.id) === a).length;
    const met = kept.filter((k) => k.site === site).length;
    return lang === 'fr'
      ? `${site} : ${people.length} vœux, ${places ?? 'sans limite de'} places, ${ratio.servicePlus} sur ${ratio.of} par blocs de ${block} (${misfits}) → service plus ${got('service_plus')}, droit commun ${got('standard')}, en attente ${fate('rush')} (places) et ${fate('misfit')} (bloc incomplet), revus ${met}`
      : `${site}: ${people.length} wishes, places ${places ?? 'without limit'}, ${ratio.servicePlus} of ${ratio.of} in blocks of ${block} (${misfits}) → service plus ${got('service_plus')}, standard ${got('standard')}, waiting ${fate('rush')} (places) and ${fate('misfit')} (block not full), met again ${met}`;
  });
}

const usage = `node verify-draw.mjs record.json [--commitment HASH] [--register HASH] [--line HASH]... [--previous earlier.json]... [--lang fr|en]`;

/** @returns the exit code */
export function main(args, print = console.log) {
  const beforehand = { lines: [], previous: [] };
  let file;
  let lang = 'fr';
  try {
    for (let i = 0; i < args.length; i++) {
      const option = args[i];
      const value = () => args[++i] ?? fail(`${option} ?`);
      if (args[i] === '--commitment') beforehand.commitment = value().toLowerCase();
      else if (args[i] === '--register') beforehand.register = value().toLowerCase();
      else if (args[i] === '--line') beforehand.lines.push(value().toLowerCase());
      else if (args[i] === '--previous') beforehand.previous.push(read(value()));
      else if (args[i] === '--lang') lang = value() === 'en' ? 'en' : 'fr';
      else if (args[i].startsWith('-') || file !== undefined) fail(`${args[i]} ?`);
      else file = args[i];
    }
    if (file === undefined) fail('record.json ?');
  } catch (error) {
    print(`${error.message}\n${usage}`);
    return 1;
  }
  let record;
  try {
    record = read(file);
  } catch (error) {
    print(error.message);
    return 1;
  }
  const { valid, problems, notes, unchecked } = verify(record, beforehand);
  const formed = !problems.some((p) => p.check === 'form');
  if (formed) {
    print(`${lang === 'fr' ? 'Tirage' : 'Draw'} ${record.draw} · ${record.wave} · ${record.drawnAt}`);
    for (const text of summary(record, lang)) print(`  ${text}`);
  }
  for (const [check, name] of Object.entries(checks)) {
    const found = problems.filter((p) => p.check === check);
    const mark = found.length > 0 ? '✗' : unchecked.includes(check) ? '–' : '✓';
    print(`${mark} ${name[lang]}${mark === '–' ? (lang === 'fr' ? ' : non vérifié' : ': not checked') : ''}`);
    for (const p of found.slice(0, 10)) print(`    ${p.where} ${p[lang]}`);
    if (found.length > 10) print(`    … ${found.length - 10} ${lang === 'fr' ? 'de plus' : 'more'}`);
  }
  for (const note of notes) print(`! ${note[lang]}`);
  const compared = beforehand.commitment !== undefined && beforehand.register !== undefined;
  const verdict = !valid
    ? { fr: 'NON VALABLE.', en: 'NOT VALID.' }
    : compared
      ? { fr: 'VALABLE : rien ne contredit ce procès-verbal.', en: 'VALID: nothing contradicts this record.' }
      : {
          fr: 'VALABLE EN LUI-MÊME : reste à le comparer avec ce qui fut publié avant le tirage.',
          en: 'VALID IN ITSELF: it remains to be compared with what was published before the draw.',
        };
  print(verdict[lang]);
  return valid ? 0 : 1;
}

function fail(message) {
  throw new Error(message);
}

function read(file) {
  try {
    return readRecord(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exitCode = main(process.argv.slice(2));
