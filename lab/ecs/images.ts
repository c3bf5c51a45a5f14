/** How an image runs here: a local command in place of a container. */
export interface ImageMapping {
  /** Its entry point: the `command` of a container definition, or of a run's overrides, comes behind it. */
  readonly command: readonly string[];
  /** `{port:8080}` becomes the local port of containerPort 8080 of the same task. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** By image name without its tag or digest. */
export type ImageTable = Readonly<Record<string, ImageMapping>>;
