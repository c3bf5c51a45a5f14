/**
 * What outlives a lab that was killed with SIGKILL, for a moment: a shell in a session of its own
 * that reads process groups from a pipe and, when the pipe's last writer is gone, ends them.
 *
 * A shell and not Node: it is there in a millisecond, holds under a megabyte, and cannot fail on a
 * missing file. POSIX sh only (dash, bash, macOS).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/** Lines in: `+ PGID` and `- PGID`. $1 is the directory to remove at the end. */
const WATCHDOG_SCRIPT = `
trap '' HUP INT TERM
groups=
while read -r sign group; do
  case $sign in
    +) groups="$groups $group" ;;
    -) kept=
       for known in $groups; do [ "$known" = "$group" ] || kept="$kept $known"; done
       groups=$kept ;;
  esac
done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
round=0
while [ $round -lt 15 ]; do
  alive=
  for group in $groups; do kill -0 "-$group" 2>/dev/null && alive="$alive $group"; done
  groups=$alive
  [ -n "$groups" ] || break
  sleep 0.1
  round=$((round + 1))
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
[ -z "$1" ] || rm -rf "$1"
`;

/**
 * A child runs this first: it reports itself over descriptor 3, the watchdog's pipe, before it
 * becomes the wanted program. So there is no moment in which a child runs and the watchdog does not
 * know it, even if the lab dies between fork and exec: the pipe ends only after the child wrote.
 * The shell is the leader of the new group, so its pid is the group's number.
 */
export const REPORT_AND_EXEC = 'echo "+ $$" >&3 && exec 3>&- && exec "$@"';

export interface Watchdog {
  readonly process: ChildProcess;
  /** The pipe that children inherit as descriptor 3. */
  readonly pipe: Writable;
}

/** Starts a watchdog that removes `directory` (unless empty) when it has ended every group. */
export function startWatchdog(directory: string): Watchdog {
  const child = spawn("/bin/sh", ["-c", WATCHDOG_SCRIPT, "backout-lab-watchdog", directory], {
    cwd: "/",
    // Its own session: Ctrl-C reaches the terminal's foreground group, which must not hold this.
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A watchdog that was killed shows as its exit; a write to its pipe then has nothing to tell.
  child.stdin.on("error", () => {});
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return { process: child, pipe: child.stdin };
}
