/** What to do with one resource: a pure decision over old state and new inputs. */
import { compareInputs } from "../resources/diff.ts";
import { isAutonamed } from "../resources/check.ts";
import type { ResourceType } from "../resources/types.ts";
import { sameValue, unwrapSecrets, type Properties } from "../resources/values.ts";
import { StepKind } from "./events.ts";
import type { ResourceState } from "./state.ts";

export interface Decision {
  readonly kind: Exclude<StepKind, "delete" | "read">;
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  /** A replacement must free the old resource's name first, or the program asks for it. */
  readonly deleteFirst: boolean;
}

export interface Wish {
  /** Checked inputs, secrets marked. */
  readonly inputs: Properties;
  readonly replaceOnChanges: readonly string[];
  /** The program's own word on deleteBeforeReplace, if it has one. */
  readonly deleteBeforeReplace: boolean | undefined;
}

/** `type` is undefined for components, which have no provider and so no replacement. */
export function decide(
  old: ResourceState | undefined,
  wish: Wish,
  type: ResourceType | undefined,
): Decision {
  const plain = { changed: [], replaces: [], deleteFirst: false };
  if (!old || old.pendingReplacement) return { kind: StepKind.Create, ...plain };
  const olds = unwrapSecrets(old.inputs ?? {});
  const news = unwrapSecrets(wish.inputs);
  if (!type) {
    return { kind: sameValue(olds, news) ? StepKind.Same : StepKind.Update, ...plain };
  }

  const { changes, replaces } = compareInputs(
    type.inputs,
    [...type.replaceOn, ...wish.replaceOnChanges],
    olds,
    news,
  );
  const changed = changes.map((change) => change.path);
  if (replaces.length > 0) {
    const name = type.autoname?.property;
    const sameName =
      name !== undefined && sameValue(olds[name], news[name]) && !isAutonamed(type, news);
    const deleteFirst = wish.deleteBeforeReplace ?? sameName;
    return { kind: StepKind.Replace, changed, replaces, deleteFirst };
  }
  // A resource that never settled is tried again even when its inputs are the same.
  const again = changed.length > 0 || (old.initErrors ?? []).length > 0;
  return { kind: again ? StepKind.Update : StepKind.Same, ...plain, changed };
}
