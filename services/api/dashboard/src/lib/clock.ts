/**
 * The present by the server's clock, which all times on the pages are of: this machine's may be minutes off.
 *
 * What the two differ by is learned from the answers' `Date`. That has whole seconds, so small differences are not
 * believed, and what is believed stays until an answer clearly says something else: time must not jump to and fro.
 */

const LEAST_MS = 2000;

export class ServerClock {
  private ahead = 0;

  /** Take an answer's `Date`: it was made between `sent` and `received`, both by this machine. */
  hear(date: string | null, sent: number, received: number): void {
    const told = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(told) || received - sent > LEAST_MS) return;
    const ahead = told + 500 - (sent + received) / 2;
    if (Math.abs(ahead - this.ahead) < LEAST_MS) return;
    this.ahead = Math.abs(ahead) < LEAST_MS ? 0 : ahead;
  }

  /** The present in ms since the epoch. */
  now(): number {
    return Date.now() + this.ahead;
  }
}

export const serverClock = new ServerClock();

export function serverNow(): number {
  return serverClock.now();
}
