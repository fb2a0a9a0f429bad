/** A way to PostgreSQL that a test can cut: what is connected breaks, what connects is refused, until it is mended. */
import net from 'node:net';

export class Cut {
  private server?: net.Server;
  private readonly sockets = new Set<net.Socket>();
  private port = 0;
  private target?: URL;

  /** @returns the same database, reached through here */
  readonly through = async (databaseUrl: string): Promise<string> => {
    this.target = new URL(databaseUrl);
    await this.mend();
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  };

  async mend(): Promise<void> {
    const { hostname, port } = this.target as URL;
    this.server = net.createServer((near) => {
      const far = net.connect(Number(port), hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as net.AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
