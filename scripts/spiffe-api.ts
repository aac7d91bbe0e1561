// Writes spiffe/api/*.md, the public surface of the SPIFFE library: npm run spiffe:api
import { writeFileSync } from "node:fs";

import { apiReports, reportFile } from "../spiffe/test/package/api";

for (const [entry, report] of apiReports()) {
    writeFileSync(reportFile(entry), report);
}
