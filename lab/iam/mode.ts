/** Whether the policies of roles are enforced, or only compared with what the roles do. */
export const IamMode = { Enforce: "enforce", Audit: "audit" } as const;
export type IamMode = (typeof IamMode)[keyof typeof IamMode];
