/** What one Pulumi resource type and one invoke are: handlers over AWS SDK clients. */
import type { Clients } from "./clients.ts";
import type { InputProblem, InputsOf, Members } from "./shape.ts";
import type { Properties } from "./values.ts";

export interface Context {
  readonly clients: Clients;
  readonly region: string;
  /** Aborted when the caller gives up waiting for a resource to settle. */
  readonly signal?: AbortSignal;
}

export interface Resource {
  readonly id: string;
  readonly outputs: Properties;
}

/** What is known of a resource that goes: what it was made from, what its last operation told. */
export interface Known<I> {
  readonly inputs: I;
  readonly outputs: Properties;
}

export interface Update<I> {
  readonly id: string;
  readonly olds: I;
  readonly news: I;
  /** What the last operation on the resource returned. */
  readonly outputs: Properties;
}

interface ResourceBase {
  /** `aws:sns/topic:Topic`. */
  readonly token: string;
  /** Values of inputs that the program leaves out. */
  readonly defaults?: Properties;
  /** The input that gets the logical name and seven hexadecimal digits when the program sets none. */
  readonly autoname?: { readonly property: string; readonly maxLength: number };
  /** Input paths whose change needs another resource. */
  readonly replaceOn: readonly string[];
  /** Outputs that an update may change: unknown while it is previewed. */
  readonly volatile?: readonly string[];
  /** Rules across inputs; called with inputs of the right shape, which may hold unknowns. */
  check?(inputs: Properties): InputProblem[];
  /** The outputs as they are now; undefined when the resource is gone. `known`: last outputs. */
  read(id: string, context: Context, known: Properties): Promise<Properties | undefined>;
}

/** A resource type as its engine calls it: with inputs that it has checked by their shapes. */
export interface ResourceType extends ResourceBase {
  readonly inputs: Members;
  create(inputs: Properties, context: Context): Promise<Resource>;
  update(change: Update<Properties>, context: Context): Promise<Properties>;
  delete(id: string, known: Known<Properties>, context: Context): Promise<void>;
}

/** A resource type as it is written: with inputs of the types that the shapes promise. */
export interface ResourceDefinition<M extends Members> extends ResourceBase {
  readonly inputs: M;
  /**
   * Makes the resource. What is made but does not settle is a `SettlingError`, so that its id is
   * not lost.
   */
  create(inputs: InputsOf<M>, context: Context): Promise<Resource>;
  update(change: Update<InputsOf<M>>, context: Context): Promise<Properties>;
  /** Deletes the resource; one that is already gone is no error. */
  delete(id: string, known: Known<InputsOf<M>>, context: Context): Promise<void>;
}

/** Types the handlers of a resource by its own inputs. */
export function defineResource<const M extends Members>(type: ResourceDefinition<M>): ResourceType {
  // Callers check by the shapes first, which is what proves the handlers' types.
  return type;
}

export interface Invoke {
  /** `aws:ec2/getVpc:getVpc`. */
  readonly token: string;
  readonly inputs: Members;
  call(args: Properties, context: Context): Promise<Properties>;
}

interface InvokeDefinition<M extends Members> {
  readonly token: string;
  readonly inputs: M;
  call(args: InputsOf<M>, context: Context): Promise<Properties>;
}

export function defineInvoke<const M extends Members>(invoke: InvokeDefinition<M>): Invoke {
  return invoke;
}

/** Resource types and invokes by token; rejects for a token that it does not hold. */
export interface ResourceTable {
  resource(token: string): Promise<ResourceType>;
  invoke(token: string): Promise<Invoke>;
}

/** The resource exists in AWS, but did not become what it should be. */
export class SettlingError extends Error {
  readonly id: string;
  readonly outputs: Properties;

  constructor(id: string, outputs: Properties, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "SettlingError";
    this.id = id;
    this.outputs = outputs;
  }
}
