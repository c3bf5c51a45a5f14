/** A post-mortem names no people: what a record says of them is left out. */

/** As `stopWords` writes it: who stopped all drills, and in which words. */
const STOPPED_BY = /drills are stopped since (\S+) by .*$/s;
/** `user@host`, and addresses. */
const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)*/g;

export function unnamed(text: string): string {
  return text
    .replace(STOPPED_BY, "drills were stopped by hand at $1")
    .replace(ADDRESS, "(a person)");
}
