// Writes spiffe/api/*.md, the API reference of the SPIFFE library: npm run spiffe:api
import { writeFileSync } from "node:fs";

import { apiReports, reportFile } from "../spiffe/test/package/api";

for (const [entry, report] of apiReports()) {
    writeFileSync(reportFile(entry), report);
}
