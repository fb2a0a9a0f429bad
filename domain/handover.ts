/** Somebody leaves for good: who takes over what they had. */

/**
 * Shares pathways out among people so that their loads end as even as they can: each pathway goes to whoever has the
 * least at that moment, the first named when several have.
 * @param people `load`: young people they accompany now
 * @returns the person of each pathway by its id; empty when there is nobody
 */
export function shareOut<P extends { readonly load: number }>(
  pathwayIds: readonly string[],
  people: readonly P[],
): Map<string, P> {
  const shared = new Map<string, P>();
  if (people.length === 0) return shared;
  const loads = people.map((person) => ({ person, load: person.load }));
  for (const id of pathwayIds) {
    const least = loads.reduce((a, b) => (b.load < a.load ? b : a));
    least.load++;
    shared.set(id, least.person);
  }
  return shared;
}
