/** The record's table does not answer the guard: it must revert first all the same, and record afterwards. */
import { losesRecord } from "../steps/recordOutage.ts";
import { guardFault } from "./guardFault.ts";

export const guardRecordStore = guardFault({
  name: "guard-record-store",
  summary: "the record store is down for the guard",
  // Without the record neither a sentinel's call nor the look of every minute moves anything.
  breaksLink: null,
  homeBy: ["primary", "watchdog"],
  step: losesRecord,
  expiresItself: true,
});
