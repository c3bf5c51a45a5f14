/**
 * Pulumi's plugin launcher puts a bundled ts-node before `require`, with a compiler that is too old
 * for this code: a dynamic import leaves the TypeScript to Node.
 */
module.exports = import("./main.ts");
