/** The route table: everything the API does for a signed-in person. */
import type { Route } from '../routing';
import { absenceRoutes } from './absences';
import { attentionRoutes } from './attention';
import { drawRoutes } from './draws';
import { enrolmentRoutes } from './enrolments';
import { evaluationRoutes } from './evaluation';
import { events } from './events';
import { exportRoutes } from './exports';
import { fileRoutes } from './files';
import { flowRoutes } from './flow';
import { forecast } from './forecast';
import { glassRoutes } from './glass';
import { handoverRoutes } from './handover';
import { meRoutes } from './me';
import { pathwayRoutes } from './pathways';
import { peopleRoutes } from './people';
import { readingRoutes } from './readings';
import { reportRoutes } from './report';
import { settingsRoutes } from './settings';
import { steeringRoutes } from './steering';
import { taskRoutes } from './tasks';
import { viewRoutes } from './views';

// A path with a word in a place comes before one with a parameter there.
export const routes: readonly Route[] = [
  ...peopleRoutes,
  ...meRoutes,
  ...enrolmentRoutes,
  ...pathwayRoutes,
  forecast,
  ...taskRoutes,
  ...fileRoutes,
  ...viewRoutes,
  events,
  ...absenceRoutes,
  ...handoverRoutes,
  ...settingsRoutes,
  ...readingRoutes,
  ...glassRoutes,
  ...exportRoutes,
  ...steeringRoutes,
  ...drawRoutes,
  ...evaluationRoutes,
  ...reportRoutes,
  ...flowRoutes,
  ...attentionRoutes,
];
