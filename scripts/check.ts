// `npm run check`: every check that reads the source, and no test.
import { quickChecks, slowChecks } from "./test/checks.ts";
import { runSteps } from "./test/step.ts";

await runSteps([...quickChecks, ...slowChecks]);
