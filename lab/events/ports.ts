/** What EventBridge needs of its neighbours: the targets of rules. */
export interface TargetPorts {
  /** Asynchronous invocation; refused unless the function's policy lets the rule in. */
  invokeFunction(functionArn: string, payload: unknown, source: TargetSource): Promise<Delivery>;
  /** Refused unless the topic's policy lets the rule in. */
  publish(topicArn: string, message: string, source: TargetSource): Promise<Delivery>;
}

/** On whose behalf a target is called, as its resource policy knows it. */
export interface TargetSource {
  /** `events.amazonaws.com` */
  readonly principal: string;
  /** The rule's. */
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

/** `error` begins with an error code: `AccessDeniedException: ...`. */
export type Delivery = { readonly ok: true } | { readonly ok: false; readonly error: string };
