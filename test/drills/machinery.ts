/** The links of the simulated way home, in memory: what a fault broke is what they say. */
import type { Clock } from "../../base/clock.ts";
import type {
  AlarmDefinition,
  Deny,
  FunctionState,
  Machinery,
  PolicyStatement,
} from "../../drills/outside/machinery.ts";

export class FakeMachinery implements Machinery {
  readonly #clock: Pick<Clock, "now">;
  actionsEnabled = true;
  readonly mutes = new Map<string, { readonly fromMs: number; readonly untilMs: number }>();
  readonly definitions = new Map<string, AlarmDefinition>(
    ["checkout-green-errors", "checkout-green-fastErrors"].map((AlarmName) => [
      AlarmName,
      { AlarmName, Threshold: 5, Metrics: [{ MetricStat: { Metric: { Dimensions: [] } } }] },
    ]),
  );
  permissions: readonly PolicyStatement[] = [{ Sid: "guard-alarm-green", Effect: "Allow" }];
  readonly denials = new Map<string, Deny>();
  reserved: number | null = null;
  state: FunctionState = { failure: null, timeoutSeconds: 60 };
  /** What puts things back is refused. */
  stuck = false;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Everything as it is at the start; for tests that ask whether it is so again. */
  snapshot(): unknown {
    const { actionsEnabled, mutes, definitions, permissions, denials, reserved, state } = this;
    return structuredClone({
      actionsEnabled,
      mutes,
      definitions,
      permissions,
      denials,
      reserved,
      state,
    });
  }

  /** The alarm's call comes to the guard's function. */
  get alarmCalls(): boolean {
    return this.actionsEnabled && !this.isMuted && this.permissions.length > 0;
  }

  get isMuted(): boolean {
    return [...this.mutes.keys()].some((rule) => this.#mutes(rule));
  }

  /** The guard's function does its work. */
  get guardWorks(): boolean {
    const isTold = this.state.failure === "throw" || this.state.failure === "hang";
    const mayMove = !this.isDenied("elasticloadbalancing:ModifyListener");
    return mayMove && this.reserved !== 0 && !isTold;
  }

  /** It may write its record. */
  get recordAnswers(): boolean {
    return !this.isDenied("dynamodb:PutItem");
  }

  get diesMidway(): boolean {
    return this.state.failure === "exit-after-write";
  }

  get isBlind(): boolean {
    return /backout-drill|WarmUp/.test(JSON.stringify([...this.definitions]));
  }

  setAlarmActions = async (_alarm: string, enabled: boolean) => {
    if (enabled) this.#refuseIfStuck();
    this.actionsEnabled = enabled;
  };
  mute = async (rule: string, _alarm: string, fromMs: number, untilMs: number) =>
    void this.mutes.set(rule, { fromMs, untilMs });
  unmute = async (rule: string) => {
    this.#refuseIfStuck();
    this.mutes.delete(rule);
  };
  isMuting = async (rule: string) => this.#mutes(rule);
  definitionOf = async (alarm: string) => structuredClone(this.definitions.get(alarm)!);
  define = async (definition: AlarmDefinition) => {
    if (this.definitions.get(definition.AlarmName) && this.isBlind) this.#refuseIfStuck();
    this.definitions.set(definition.AlarmName, definition);
  };
  isWarming = async (alarm: string) =>
    this.definitions.get(alarm)?.["WarmUpConfiguration"] !== undefined;
  permissionsOf = async () => this.permissions;
  addPermission = async (statement: PolicyStatement) => {
    this.#refuseIfStuck();
    this.permissions = [...this.permissions, statement];
  };
  removePermission = async ({ Sid }: PolicyStatement) => {
    this.permissions = this.permissions.filter((one) => one["Sid"] !== Sid);
  };
  deny = async (policy: string, deny: Deny) => void this.denials.set(policy, deny);
  endDeny = async (policy: string) => {
    this.#refuseIfStuck();
    this.denials.delete(policy);
  };
  denies = async (policy: string) => this.denials.has(policy);
  concurrency = async () => this.reserved;
  setConcurrency = async (reserved: number | null) => {
    if (reserved !== 0) this.#refuseIfStuck();
    this.reserved = reserved;
  };
  functionState = async () => this.state;
  setFunctionState = async (state: FunctionState) => {
    if (state.failure === null) this.#refuseIfStuck();
    this.state = state;
  };

  #mutes(rule: string): boolean {
    const found = this.mutes.get(rule);
    const nowMs = this.#clock.now();
    return found !== undefined && found.fromMs <= nowMs && nowMs < found.untilMs;
  }

  /** To the guard's role. */
  isDenied(action: string): boolean {
    return [...this.denials.values()].some(
      ({ actions, untilMs }) => this.#clock.now() < untilMs && actions.includes(action),
    );
  }

  #refuseIfStuck(): void {
    if (this.stuck) throw new Error("AccessDenied: it cannot be put back");
  }
}
