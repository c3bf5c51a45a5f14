/** Experiments of AWS FIS: the few calls that a drill needs of it, as it must find them again. */

/** `pending` and `initiating` come before `running`; the others are ends, or on the way to one. */
export interface Experiment {
  readonly id: string;
  readonly status: string;
  /** AWS's words for it. */
  readonly reason: string;
  /** Milliseconds since the epoch; null while it has not begun. */
  readonly startedMs: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** What of an environment an experiment acts on; all of its conditions must hold. */
export interface ExperimentTarget {
  readonly name: string;
  readonly resourceType: string;
  readonly resourceArns: readonly string[];
  readonly resourceTags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Experiments {
  /** @throws BackoutError `no-such-template` */
  targetsOf(template: string): Promise<readonly ExperimentTarget[]>;
  /** The same token starts one and no other. */
  start(template: string, token: string, tags: Readonly<Record<string, string>>): Promise<string>;
  get(id: string): Promise<Experiment>;
  /** Of one that has ended already, nothing. */
  stop(id: string): Promise<void>;
  /** Those of the template that bear this tag. */
  tagged(template: string, key: string, value: string): Promise<readonly Experiment[]>;
}
