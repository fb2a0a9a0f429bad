/**
 * What a step waits for until something has happened. Looked at whenever a change is noted, so that all that an answer
 * sets off has happened before the journal takes it. The SDK's `condition` says the same; but what one answer sets off
 * took several rounds over the conditions, each a call into the sandbox, and one entry needs them all to be over.
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
