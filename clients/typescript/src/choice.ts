/** What a word stands for. JavaScript sends any word, and an unknown one would silently be the server's default. */
export function choice<T extends object>(option: string, words: T, word: keyof T): T[keyof T] {
  if (!Object.hasOwn(words, word)) {
    throw new TypeError(`${option} must be ${Object.keys(words).join(", ")}, but is ${String(word)}.`);
  }
  return words[word];
}
