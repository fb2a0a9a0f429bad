/** What the demonstration says: lines, and a progress bar where there is a terminal. */
import type { Label } from '../../domain/forms';

export type Language = keyof Label;

export class Telling {
  private barShown = false;
  private toldTenths = 0;

  /** @param to standard output, or what stands for it */
  constructor(
    readonly language: Language,
    private readonly to: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stdout,
  ) {}

  say(line: Label | string = ''): void {
    if (this.barShown) this.to.write('\n');
    this.barShown = false;
    this.to.write(`${typeof line === 'string' ? line : line[this.language]}\n`);
  }

  /** Redrawn in place on a terminal, elsewhere a line for each tenth. */
  progress(what: Label, done: number, total: number): void {
    const share = Math.min(done / total, 1);
    const text = `${done}/${total} ${what[this.language]}`;
    if (this.to.isTTY) {
      const filled = Math.round(share * 30);
      this.to.write(`\r\x1b[K[${'█'.repeat(filled)}${'░'.repeat(30 - filled)}] ${text}`);
      this.barShown = true;
      return;
    }
    const tenths = Math.floor(share * 10);
    if (tenths <= this.toldTenths) return;
    this.toldTenths = tenths;
    this.say(text);
  }
}
