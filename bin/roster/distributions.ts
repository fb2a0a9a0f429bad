/** How the demonstration's young people are spread: docs/roster.md says which figure has a source and which is assumed. */
import type { Enrolment } from '../../domain/enrolment';
import type { Weighted } from './random';

type Situation = Enrolment['situation'];
type Origin = Enrolment['origin'];

/** Entries by month, January first: open days in the first quarter, the start of term, few in the summer. */
export const entriesByMonth = [12, 13, 13, 8, 7, 7, 4, 2, 12, 9, 7, 6] as const;

/** Pupils come before the summer, those who left school after it. */
export function situationsIn(month: number): Weighted<Situation> {
  return month <= 6
    ? [
        ['in_school', 34],
        ['left_school', 35],
        ['seeking_training', 15],
        ['seeking_job', 9],
        ['apprentice', 7],
      ]
    : [
        ['in_school', 12],
        ['left_school', 50],
        ['seeking_training', 18],
        ['seeking_job', 12],
        ['apprentice', 8],
      ];
}

/** Age in years on the day of entry; outside 16 to 25 with a derogation. */
export const ages: Readonly<Record<Situation, Weighted<number>>> = {
  in_school: [
    [15, 7],
    [16, 58],
    [17, 24],
    [18, 9],
    [19, 2],
  ],
  left_school: [
    [16, 31],
    [17, 31],
    [18, 20],
    [19, 9],
    [20, 5],
    [21, 3],
    [22, 1],
  ],
  seeking_training: [
    [17, 7],
    [18, 20],
    [19, 20],
    [20, 16],
    [21, 12],
    [22, 9],
    [23, 7],
    [24, 5],
    [25, 4],
  ],
  seeking_job: [
    [18, 10],
    [19, 16],
    [20, 16],
    [21, 14],
    [22, 12],
    [23, 11],
    [24, 10],
    [25, 7],
    [26, 2],
    [27, 1],
    [28, 1],
  ],
  apprentice: [
    [17, 34],
    [18, 30],
    [19, 18],
    [20, 10],
    [21, 8],
  ],
};

/** Who oriented them: open days in the first quarter, MGI and mission locale around the start of term. */
export function originsIn(month: number, situation: Situation): Weighted<Origin> {
  if (situation === 'apprentice') {
    return [
      ['cfa', 70],
      ['mission_locale', 12],
      ['cma', 10],
      ['cci', 4],
      ['family', 4],
    ];
  }
  const pupil = situation === 'in_school';
  if (month <= 3) {
    return [
      ['open_day', 40],
      ['school', pupil ? 22 : 2],
      ['cio', pupil ? 12 : 5],
      ['mission_locale', pupil ? 2 : 26],
      ['mgi', 5],
      ['cfa', 7],
      ['cma', 4],
      ['cci', 2],
      ['cad', 4],
      ['family', 2],
      ['self', 2],
    ];
  }
  return [
    ['mission_locale', pupil ? 4 : 40],
    ['school', pupil ? 34 : 2],
    ['cio', pupil ? 20 : 7],
    ['mgi', month >= 7 && month <= 9 ? 14 : 6],
    ['cfa', 14],
    ['cma', 8],
    ['cci', 3],
    ['cad', 8],
    ['family', 4],
    ['self', 4],
    ['other', 1],
  ];
}

/** How contracts are signed through the year, January first (mean 1): employers recruit from spring to the autumn. */
export const signingSeason = [0.5, 0.6, 0.8, 0.9, 1.1, 1.4, 1.5, 1.3, 1.6, 1.1, 0.7, 0.5] as const;

/** Chances in a week; those of signing hold for an average month. */
export const weekly = {
  signing: { welcome: 0.008, project_validation: 0.02, contract_search: 0.04 },
  leaving: { welcome: 0.006, project_validation: 0.006, contract_search: 0.009 },
  /** July and August are when young people are lost. */
  leavingInSummer: 1.5,
  /** About 22 % of the contracts in their first nine months. */
  terminationFirst13Weeks: 0.01,
  terminationUntil39Weeks: 0.0045,
  terminationLater: 0.0025,
  leavingAfterContract: 0.015,
} as const;

/** Days, both ends included, from the entry to the entry interview and from there to the validated project. */
export const welcomeDays = [9, 42] as const;
export const validationDays = [21, 70] as const;

export const afterWelcome: Weighted<'project_validation' | 'contract_search' | 'exit'> = [
  ['project_validation', 58],
  ['contract_search', 37],
  ['exit', 5],
];

export const afterTermination: Weighted<'project_validation' | 'contract_search' | 'exit'> = [
  ['contract_search', 50],
  ['project_validation', 22],
  ['exit', 28],
];

export const afterContract: Weighted<'looking' | 'new_contract' | 'exit'> = [
  ['looking', 60],
  ['new_contract', 15],
  ['exit', 25],
];
