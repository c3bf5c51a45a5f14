/** What a stack says of verification, as the guard's function is told: one line of JSON. */
import { z } from "zod";
import { DEFAULT_SETTINGS } from "../rollout/settings.ts";
import { httpCheckSchema } from "./httpCheck.ts";

export const verificationSettingsSchema = z.object({
  /** Asked after a reversion: the environment serves its users. */
  smokeChecks: z.array(httpCheckSchema).default([]),
  /** Asked while there is a way back: what the release there needs is still there. */
  wayBackChecks: z.array(httpCheckSchema).default([]),
  /** Requests that the home slot must have answered for its error rate to say anything. */
  minimumRequests: z.int().min(0).default(DEFAULT_SETTINGS.minimumRequests),
});
export type VerificationSettings = z.infer<typeof verificationSettingsSchema>;

/** Only what differs from the defaults; undefined when nothing does. */
export function renderVerification(settings: VerificationSettings): string | undefined {
  const { smokeChecks, wayBackChecks, minimumRequests } = settings;
  const said = {
    ...(smokeChecks.length > 0 ? { smokeChecks } : {}),
    ...(wayBackChecks.length > 0 ? { wayBackChecks } : {}),
    ...(minimumRequests === DEFAULT_SETTINGS.minimumRequests ? {} : { minimumRequests }),
  };
  return Object.keys(said).length > 0 ? JSON.stringify(said) : undefined;
}

/** @throws when the text is none that `renderVerification` writes */
export function parseVerification(text: string | undefined): VerificationSettings {
  return verificationSettingsSchema.parse(JSON.parse(text ?? "{}"));
}
