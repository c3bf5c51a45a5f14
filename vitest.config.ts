import { defineConfig } from "vitest/config";

// Two cores are the smallest machine this must pass on; real processes run inside the tests.
const limits = { maxWorkers: 2, testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    ...limits,
    projects: [
      {
        test: {
          ...limits,
          name: "default",
          include: ["test/**/*.test.ts"],
          exclude: ["test/kill/**", "test/matrix/**", "test/stories/**"],
        },
      },
      // Minutes of kills at every step: CI runs it beside the tests, people when they need it.
      { test: { ...limits, name: "kill", include: ["test/kill/**/*.test.ts"] } },
      // What people do beside a rollout, on a lab each: too long for every change.
      { test: { ...limits, name: "stories", include: ["test/stories/**/*.test.ts"] } },
      // A quarter of an hour of drills that fail as they should.
      { test: { ...limits, name: "drills", include: ["test/matrix/**/*.test.ts"] } },
    ],
  },
});
