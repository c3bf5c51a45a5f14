/** A journal on a disk that takes nothing: refused before there could be a drill. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../../base/clock.ts";
import { openJournal } from "../../../drills/journal/journal.ts";

describe("a journal that cannot be written", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "backout-disk-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  // What is written to /dev/full fails as on a full disk.
  test("on a full disk it is not even opened, and the next try finds no lock", () => {
    symlinkSync("/dev/full", join(directory, "head.json.new"));
    const full = expect.objectContaining({
      code: "journal-not-written",
      message: expect.stringContaining("ENOSPC"),
    });
    expect(() => openJournal(directory, new ManualClock(0))).toThrow(full);
    rmSync(join(directory, "head.json.new"));
    openJournal(directory, new ManualClock(0)).close();
  });

  test("that fills up afterwards refuses the next entry", () => {
    const journal = openJournal(directory, new ManualClock(0));
    symlinkSync("/dev/full", join(directory, "head.json.new"));
    expect(() => journal.append("r", "run.started")).toThrow(/could not be written: ENOSPC/);
    journal.close();
  });

  // Node's mkdir never comes back from there.
  test.each(["/proc/journal", "/proc/a/b/journal"])(
    "in %s it says so, and does not hang",
    (place) => {
      expect(() => openJournal(place, new ManualClock(0))).toThrow(
        expect.objectContaining({ code: "journal-not-writable", kind: "usage" }),
      );
    },
  );

  // Root writes where permissions say no, but not into sysfs.
  test("in a place that cannot be written it says so", () => {
    const closed = join(directory, "closed");
    mkdirSync(closed, { mode: 0o500 });
    const place = process.getuid?.() === 0 ? "/sys/journal" : join(closed, "journal");
    expect(() => openJournal(place, new ManualClock(0))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^journal-not-writ/) }),
    );
  });
});
