// `npm test`: every check and every test, after scripts/setup.sh. The last line is `N passed, N failed`.
import { avaTests } from "./test/ava.ts";
import { quickChecks } from "./test/checks.ts";
import { fuzzTests } from "./test/fuzz.ts";
import { nativeTests } from "./test/native.ts";
import { runSteps } from "./test/step.ts";

await runSteps([...quickChecks, ...nativeTests, fuzzTests, ...avaTests]);
