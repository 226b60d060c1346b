import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
          include: ["test/{platform,cli,evaluation,model,ingest,store,rules,tickets,api,simulators,dashboard,tidy}/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "stories",
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
          include: ["test/stories/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          sequence: { groupOrder: 1 },
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          sequence: { groupOrder: 2 },
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
