/** The names that an interface has, all of them: the compiler refuses a list with one too few or too many. */
export type Names<T> = Readonly<Record<keyof T, true>>;

/** Refuses a name that options do not have. JavaScript sends any, and a misspelt one would silently be the server's default. */
export function known<T extends object>(what: string, names: Names<T>, given: T): void {
  const wrong = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (wrong !== undefined) {
    throw new TypeError(`There is no '${wrong}' in ${what}; there are ${Object.keys(names).join(", ")}.`);
  }
}
