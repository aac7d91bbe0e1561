import type { AlertExample } from "./example";
import { IDENTITY } from "./identity";
import { INCIDENTS } from "./incidents";
import { PLATFORM } from "./platform";
import { RUNTIME } from "./runtime";
import { SECRETS } from "./secrets";

/** One example for each alert that we ship, by the file it is in. `a+bx60` counts up by b each minute from a. */
export const EXAMPLES: Readonly<Record<string, AlertExample>> = {
    ...IDENTITY,
    ...INCIDENTS,
    ...PLATFORM,
    ...RUNTIME,
    ...SECRETS,
};
