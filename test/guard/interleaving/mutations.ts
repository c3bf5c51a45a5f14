/**
 * The re-checks of guard and traffic authority, and the change to the source that takes each out.
 * Not among them are those for which another one stands in at every schedule: a shift's first look at
 * its alarm (the second one asks for more), the guard's own read-back (it looks again anyway), the
 * look of a rollback for late writes (nothing that may be under way then leads elsewhere), and what
 * keeps an abort, a rollback or a write that lost from ending somebody else's newer rollout: without
 * that the traffic is at home too.
 */
export interface Mutation {
  /** What the code does without it. */
  readonly without: string;
  /** The scenario that must end badly then. */
  readonly noticedBy: string;
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const inFile =
  (file: string) =>
  (without: string, noticedBy: string, from: string, to: string): Mutation => ({
    without,
    noticedBy,
    file,
    from,
    to,
  });
const authority = inFile("authority.ts");
const handle = inFile("handle.ts");
const move = inFile("move.ts");
const guardDecides = inFile("decide.ts");
const rolloutDecides = inFile("rollout/decide.ts");
const hooksDue = inFile("rollout/hooksDue.ts");
const hookTurn = inFile("rollout/hookTurn.ts");

export const MUTATIONS: readonly Mutation[] = [
  authority(
    "a shift begins on a latched environment",
    "a shift on a latched environment",
    'if (record.latch) {\n    throw environmentError(\n      "latched"',
    'if (!record) {\n    throw environmentError(\n      "latched"',
  ),
  authority(
    "a shift begins while another runs",
    "two shifts and the guard",
    "if (record.phase !== Phase.Idle) {\n    throw",
    "if (!record) {\n    throw",
  ),
  authority(
    "a shift does not ask whether its candidate has targets",
    "a shift onto a slot without targets",
    "await refuseUnhealthy(traffic, candidate, record.environment);",
    "",
  ),
  authority(
    "a shift does not ask whether the stable slot has targets",
    "a shift away from a slot without targets, and the guard",
    "  await refuseUnhealthy(traffic, record.stable, record.environment);\n  const armed =",
    "  const armed =",
  ),
  authority(
    "a shift begins whatever was written since it looked",
    "two shifts and the guard",
    "const begun = await store.replace(\n    record,",
    "const begun = await store.replace(\n    await store.read(),",
  ),
  authority(
    "a shift does not ask for the alarm again once the record says that it reverts",
    "a shift and the guard",
    "    await armedAlarm(ports, candidate, armed);\n",
    "",
  ),
  authority(
    "a shift takes an alarm for armed that left OK and came back",
    "a shift whose alarm goes off and is OK again",
    "const unbroken = !before || alarm.transitionedMs === before.transitionedMs;",
    "const unbroken = true;",
  ),
  authority(
    "a step goes on whatever was written since it was decided",
    "two ticks at once and the guard",
    "const begun = await ports.store.replace(record, next);",
    "const begun = await ports.store.replace(await ports.store.read(), next);",
  ),
  authority(
    "a step does not ask whether its candidate has targets",
    "a step whose candidate has lost its targets since it was decided",
    "  await refuseUnhealthy(ports.traffic, candidate, environment);\n",
    "",
  ),
  authority(
    "a step does not ask whether the stable slot has targets",
    "a step whose stable slot has lost its targets since it was decided",
    "  await refuseUnhealthy(ports.traffic, stable, environment);\n",
    "",
  ),
  authority(
    "a step does not ask for the alarm",
    "a step whose alarm went off since it was decided",
    "  await armedAlarm(ports, candidate);\n  const next =",
    "  const next =",
  ),
  authority(
    "a write begins however long it was held up",
    "a step that is held up and dies, and a guard that nobody helps",
    "if (!(leftMs > OPEN_WRITE_MS - WRITE_TIMEOUT_MS)) throw",
    "if (leftMs === Infinity) throw",
  ),
  authority(
    "a write is not read back",
    "a shift whose write shows late, and the guard",
    "if (await shows(weights, ports)) return;",
    "if (weights) return;",
  ),
  authority(
    "a write ends whatever was written meanwhile",
    "two operators who clear a latch, a shift, and the guard",
    "const done = await store.replace(begun, shiftDone(begun, iso(environmentNow())));",
    "const done = await store.replace(await store.read(), shiftDone(begun, iso(environmentNow())));",
  ),
  authority(
    "a write that lost to a reversion is not taken back",
    "a shift, and a guard that dies once it has latched",
    "if (winner.phase === Phase.Idle) await writeAndReadBack",
    "if (winner === begun) await writeAndReadBack",
  ),
  authority(
    "a promotion goes on whatever was written since it was decided",
    "a promotion from a step at 100 % while an operator aborts",
    "const written = await ports.store.replace(record, next);",
    "const written = await ports.store.replace(await ports.store.read(), next);",
  ),
  authority(
    "an abort does not ask whether the stable slot has targets",
    "an abort whose stable slot has no targets",
    "  await refuseUnhealthy(traffic, record.stable, record.environment);\n  const home =",
    "  const home =",
  ),
  authority(
    "an abort forces its record over what was written since",
    "an operator who brings traffic home, a tick, and the guard",
    "if (isSameShift(current, record)) return shiftAbandoned(current, why, at);",
    "if (current) return shiftAbandoned(record, why, at);",
  ),
  authority(
    "an abort does not see that the rollout was promoted meanwhile",
    "a promotion from a step at 100 % while an operator aborts",
    "isPromotionOf(current, record) ? promotionUndone(current, record, why, at) : current",
    "current",
  ),
  authority(
    "an abort does not look for a late write",
    "an operator who brings traffic home, a tick, and the guard",
    '  if (after.candidate !== null) throw lostRace(record.environment);\n  await keepHome(after, home, ports, "hand");\n',
    "  if (after.candidate !== null) throw lostRace(record.environment);\n",
  ),
  authority(
    "a rollback does not ask whether the previous slot has targets",
    "a rollback whose previous slot has no targets",
    "  await refuseUnhealthy(traffic, previous.slot, environment);\n",
    "",
  ),
  authority(
    "a latch is cleared while its alarm is not OK",
    "an operator who clears a latch while its alarm is in ALARM",
    'if (state !== "OK") {',
    'if (state === "") {',
  ),
  authority(
    "a latch is cleared that came after the look at the alarm",
    "two operators who clear a latch, a shift, and the guard",
    "current.latch?.reversionId === examined ? unlatched",
    "current ? unlatched",
  ),
  handle(
    "the guard latches a stable slot",
    "the guard, and an alarm of the stable slot while the table is down",
    "current.latch?.slot === decision.to || isStable(current, decision.from)",
    "current.latch?.slot === decision.to",
  ),
  handle(
    "the guard takes a slot that was promoted meanwhile for the old stable one",
    "a promotion and the guard",
    "record.latch?.slot !== slot && !justPromoted",
    "record.latch?.slot !== slot && (justPromoted || true)",
  ),
  handle(
    "the guard does not look for a late write after it reverted",
    "two ticks at once and the guard",
    "  await keepHome(record ?? situation.record, home, ports);\n",
    "",
  ),
  handle(
    "the guard does not look for a late write after it found the traffic at home",
    "a shift and the guard",
    "  await keepHome(now ?? record, allOn(decision.to), ports);\n",
    "",
  ),
  handle(
    "the guard does not ask the record again that was unreachable",
    "the guard, and an alarm of the stable slot while the table is down",
    'if (situation.record === "unreachable" && record) {',
    "if (!situation) {",
  ),
  move(
    "the guard does not look at once for a write that came late",
    "a shift and the guard",
    "  await returnStray(home, ports, homecoming);\n  if (record",
    "  if (record",
  ),
  move(
    "the guard does not wait for a write that is open",
    "a step that is held up and dies, and a guard that nobody helps",
    "  await ports.sleep(Math.min(waitMs, OPEN_WRITE_MS) + 100);\n",
    "",
  ),
  move(
    "the guard does not look again once the open write has ended",
    "a step that is held up and dies, and a guard that nobody helps",
    "+ 100);\n  await returnStray(home, ports, homecoming);",
    "+ 100);",
  ),
  guardDecides(
    "the guard moves traffic to a slot without targets",
    "the guard, and a stable slot without targets",
    "if (!alreadyHome && healthyTargets[other] === 0) {",
    "if (!slot) {",
  ),
  guardDecides(
    "the guard leaves a slot that is nobody's candidate",
    "the guard, and an alarm of the stable slot",
    "if (!mayLeave.allowed) return",
    "if (!slot) return",
  ),
  guardDecides(
    "the guard obeys an event that is older than the rollout",
    "the guard, and an event from before the rollout",
    'if (record !== "unreachable" && isOlderThanRollout(alarm, record)) {',
    "if (!slot) {",
  ),
  guardDecides(
    "the guard without the record leaves the slot that the traffic was brought home to",
    "the guard without the table, and a slot that a reversion brought the traffic to",
    'if (record === "unreachable" && situation.broughtHome !== null) {',
    "if (!slot) {",
  ),
  rolloutDecides(
    "a tick goes on past an alarm",
    "a tick long after an alarm whose event was lost",
    'if (alarms?.guard.state === "ALARM") return judgedBad',
    'if (alarms?.guard.state === "") return judgedBad',
  ),
  rolloutDecides(
    "a tick leaves traffic on a latched slot",
    "a tick that finds traffic on a latched slot",
    "strayed(sight, record.latch) ?? wait",
    "wait",
  ),
  rolloutDecides(
    "a tick leaves a reversion that nobody wrote down",
    "a promotion and the guard, one call fails, lands late or kills its caller",
    "return unwritten(sight) ?? wait(",
    "return wait(",
  ),
  rolloutDecides(
    "a tick goes on past a bad answer of a hook",
    "a tick that finds a bad answer",
    "if (failed) return failedHook",
    "if (!rollout) return failedHook",
  ),
  hooksDue(
    "a hook is asked that somebody asks",
    "two ticks that ask a hook",
    "claim?.step === rollout.step && wallMs < Date.parse(claim.until)",
    "claim?.step === -1 && wallMs < Date.parse(claim.until)",
  ),
  hookTurn(
    "a hook is asked whatever was written since it was due",
    "two ticks that ask a hook",
    "await store.replace(\n    record,",
    "await store.replace(\n    await store.read(),",
  ),
  hookTurn(
    "the answer of a rollout that was given up counts for the next one",
    "a hook that is asked while its rollout is given up for another one",
    "    if (!holdsClaim(current, claim)) return;\n    const at",
    "    if (!current.rollout) return;\n    const at",
  ),
  hookTurn(
    "an answer forces its record over what was written since",
    "a hook that is asked while its alarm goes off, an operator aborts, and another tick comes",
    "if (await ports.store.replace(current, hookAnswered",
    "if (await ports.store.replace(await ports.store.read(), hookAnswered",
  ),
];
