/** Step 2 · Découvrir et faire valider un projet professionnel */
import type { Accompaniment } from '../accompaniment';
import { beside, endOf, type Question } from '../asking';
import { exit, to, type Way } from '../state';

export async function projectValidation(p: Accompaniment): Promise<Way> {
  return Promise.race([validation(p), eightWeeksReview(p), beside(discovery(p)), beside(basicSkills(p))]);
}

async function validation(p: Accompaniment): Promise<Way> {
  for (let round = 1; ; round++) {
    const project = await p.ask(
      'validate_project',
      round === 1 ? { round, anchor: p.state.stepEnteredAt } : { round },
    );
    switch (project.outcome) {
      case 'validated':
        return to('contract_search');
      case 'reoriented':
      case 'back_to_school':
        return exit(project.outcome, project);
    }
    if (round >= p.rules.redefinitionsBeforeReview) {
      const way = await review(p, { round, subject: 'redefined', atOnce: true });
      if (way) return way;
    }
  }
}

/** Still here after eight weeks, and again after as long. */
async function eightWeeksReview(p: Accompaniment): Promise<Way> {
  let anchor = p.state.stepEnteredAt;
  for (let round = 1; ; round++) {
    const way = await review(p, { round, anchor });
    if (way) return way;
    anchor = endOf(p.asked('project_review', { round }));
  }
}

async function review(p: Accompaniment, question: Question): Promise<Way | null> {
  const decision = await p.askAt('project_review', question);
  switch (decision.outcome) {
    case 'project_ready':
      return to('contract_search');
    case 'reoriented':
    case 'back_to_school':
    case 'declined':
      return exit(decision.outcome, decision);
    default:
      return null;
  }
}

/** Each action of the site's catalogue that was chosen opens a task for its date. */
async function discovery(p: Accompaniment): Promise<void> {
  const plan = await p.ask('plan_discovery');
  plan.actions.forEach(({ action, on, partnerId }, i) => {
    p.open('discovery_action', { round: i + 1, subject: action, anchor: on, partnerId });
  });
}

async function basicSkills(p: Accompaniment): Promise<void> {
  const assessed = await p.ask('basic_skills_assessment');
  if (assessed.outcome === 'to_strengthen' && assessed.action) {
    p.open('discovery_action', { subject: `${assessed.action} (basic skills)`, anchor: assessed.on });
  }
}
