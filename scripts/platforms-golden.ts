// Writes what a stack has otherwise on each platform: npm run platforms:golden
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { goldenText } from "../test/support/platform-renders";

void goldenText().then((text) => {
    writeFileSync(join(__dirname, "..", "test", "schemas", "platforms.golden.txt"), text);
});
