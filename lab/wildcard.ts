/** AWS's wildcards, in policies and in EC2's filters: `*` is any run of characters, none included, `?` exactly one. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let resumeAt = 0;
  // On a mismatch the last star takes one character more; earlier stars never need to.
  while (inText < text.length) {
    if (pattern[at] === "*") {
      star = at++;
      resumeAt = inText;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === text[inText])) {
      at++;
      inText++;
    } else if (star >= 0) {
      at = star + 1;
      inText = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
