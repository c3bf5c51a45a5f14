/** The lab's `aws` provider for Pulumi's CLI: prints the port that it serves on, as plugins do. */
import { serveProvider } from "./server.ts";
import { targetFromEnvironment } from "./target.ts";

console.log(await serveProvider(targetFromEnvironment(process.env)));
