import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import { complianceHtml } from "./html";
import { complianceMarkdown } from "./markdown";
import type { ComplianceReport } from "./model";
import { complianceOscal } from "./oscal";
import { complianceMetrics } from "./prometheus";

/** The forms of the compliance report; a new one is a line here. */
export const COMPLIANCE_FORMATS = {
    markdown: () => complianceMarkdown,
    json: () => jsonText,
    html: () => complianceHtml,
    prometheus: () => complianceMetrics,
    oscal: () => (report) => jsonText(complianceOscal(report)),
} as const satisfies FormatTable<ComplianceReport>;
