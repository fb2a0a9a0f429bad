/**
 * What a step waits for until something has happened. Looked at whenever a change is noted, so that a step goes on within
 * the same activation. The SDK's `condition` says the same; but it is looked at only at the end of an activation, in
 * rounds of which each is a call into the sandbox, and what one answer sets off took four of them and was the larger
 * part of a decision's cost in the worker.
 */
export class Waiting {
  private readonly waits = new Set<{ readonly happened: () => boolean; readonly goOn: () => void }>();

  until(happened: () => boolean): Promise<void> {
    return new Promise((goOn) => {
      if (happened()) goOn();
      else this.waits.add({ happened, goOn });
    });
  }

  /** Looks at all that is waited for. Who waits goes on after the code that called this. */
  look(): void {
    for (const wait of this.waits) {
      if (!wait.happened()) continue;
      this.waits.delete(wait);
      wait.goOn();
    }
  }

  /** The step is left: nobody waits any more. */
  forget(): void {
    this.waits.clear();
  }
}
