/** The route table: everything the API does for a signed-in person. */
import type { Route } from '../routing';
import { enrolmentRoutes } from './enrolments';
import { pathwayRoutes } from './pathways';
import { peopleRoutes } from './people';
import { taskRoutes } from './tasks';

// A path with a word in a place comes before one with a parameter there.
export const routes: readonly Route[] = [
  ...peopleRoutes,
  ...enrolmentRoutes,
  ...pathwayRoutes,
  ...taskRoutes,
];
