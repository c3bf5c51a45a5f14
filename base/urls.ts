/** Addresses in what is shown to people. */

/** An address without the user and the password that stand in it; anything else stays as it is. */
export function withoutUser(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\/\/[^/\s@]*@/, "//(not shown)@") : value;
}
