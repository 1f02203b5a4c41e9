/** Which of several servers a reconstruction is asked for next, and when: each in turn, but for those that broke a stream or said how long to leave them alone. */
export class Turns {
  readonly #notBefore: number[];
  #last = -1;

  constructor(count: number) {
    this.#notBefore = Array.from({ length: count }, () => 0);
  }

  /** The number of the server to ask next, and milliseconds to wait before: none while another one may be asked. */
  next(): { readonly number: number; readonly delay: number } {
    const now = performance.now();
    const count = this.#notBefore.length;
    for (let i = 1, last = this.#last, best = Infinity; i <= count; i++) {
      const number = (last + i) % count;
      const time = Math.max(now, this.#notBefore[number]!);
      if (time < best) {
        [best, this.#last] = [time, number];
      }
    }
    return { number: this.#last, delay: Math.max(0, this.#notBefore[this.#last]! - now) };
  }

  /** The server that was asked last is not to be asked for so many milliseconds. */
  leaveAlone(delay: number): void {
    this.#notBefore[this.#last] = performance.now() + delay;
  }
}
