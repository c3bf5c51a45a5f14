/** What SNS needs of Lambda. */
export interface FunctionInvoker {
  /** Asynchronous invocation; refused unless the function's policy allows `invoker`. */
  invokeFunction(
    functionArn: string,
    payload: unknown,
    invoker: {
      readonly principal: string;
      readonly sourceArn: string;
      readonly sourceAccount: string;
    },
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: string }>;
}
