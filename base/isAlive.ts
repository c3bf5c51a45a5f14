/** Whether a process of this machine is alive, whoever's it is. */
import { errorCode } from "./errno.ts";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return errorCode(error) === "EPERM";
  }
}
