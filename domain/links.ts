/** Addresses of the screens that e-mails and calendars lead to. Ids only: never a name in an address. */

export interface Links {
  readonly task: (taskId: string) => string;
  readonly pathway: (pathwayId: string) => string;
  /** The tasks of the site that nobody has. */
  readonly freeTasks: string;
  /** Who of another site reads, or has read, a young person's record. */
  readonly glass: string;
  /** The report that a committee's meeting was given. */
  readonly report: (meetingId: string) => string;
  /** What one is told of by e-mail. */
  readonly notifications: string;
}

/** @param publicUrl by which browsers reach the application, without a slash at its end */
export function linksTo(publicUrl: string): Links {
  return {
    task: (taskId) => `${publicUrl}/tasks/${taskId}`,
    pathway: (pathwayId) => `${publicUrl}/pathways/${pathwayId}`,
    freeTasks: `${publicUrl}/tasks?assignee=unassigned`,
    glass: `${publicUrl}/readings?tab=other-site`,
    report: (meetingId) => `${publicUrl}/steering/report?meeting=${meetingId}`,
    notifications: `${publicUrl}/me/notifications`,
  };
}
