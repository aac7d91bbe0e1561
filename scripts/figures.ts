import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { areas } from "../components/areas";
import { shippedAlerts } from "../components/monitoring/alerts";
import { waiverAlerts } from "../components/monitoring/waivers";
import { COMMANDS } from "../hardening/commands";
import { parseChecklist } from "../hardening/compliance/checklist";
import { FINDING_FORMATS } from "../hardening/formats";
import { checks } from "../hardening/verify";
import { controls } from "../policies/controls";
import { profileControls, PROFILES } from "../policies/engine/profiles";

const ROOT = join(__dirname, "..");
const BLOCK = /(<!-- figures[^>]*-->\n)[^]*?(<!-- \/figures -->)/;

/** What there is of everything, counted, as a list in Markdown. */
function figures(): string {
    const twins = controls.filter(({ admission }) => admission !== undefined && "expression" in admission);
    const profiles = PROFILES.map((profile) => `${profile} ${profileControls(controls, profile).length}`);
    const { areas: list } = parseChecklist(
        readFileSync(join(ROOT, "checklist", "checklist.yaml"), "utf8"),
        "checklist.yaml",
        profileControls(controls, "x0tta6bl4"),
    );
    // Those of an application are there once it has one, that of Secrets once one is read at start, and that of waivers once something is waived.
    const waived = { control: "any", object: "any", expires: "1970-01-01" };
    const reader = { namespace: "any", workload: "any", secrets: ["any"] };
    const stack = {
        cluster: "any",
        settings: { runbooks: undefined, clusterLabel: undefined },
        lives: { authority: 1, svid: 1 },
        namespaces: ["any"],
        applications: ["any"],
        startSecrets: [reader],
    };
    const alerts = [...shippedAlerts(stack), ...waiverAlerts([waived], stack)].flatMap(({ groups }) =>
        groups.flatMap(({ rules }) => rules),
    );
    const runbooks = readdirSync(join(ROOT, "docs", "runbooks")).filter((file) => file.endsWith(".md"));
    return [
        `${controls.length} controls, ${twins.length} of them with a twin at admission; by profile: ${profiles.join(", ")}`,
        `${areas.length} areas of the foundation, ${alerts.length} alerts, ${runbooks.length} runbooks`,
        `${list.flatMap(({ rows }) => rows).length} rows of the checklist in ${list.length} parts, ${checks(() => new Date()).length} checks of a live cluster`,
        `${Object.keys(COMMANDS).length} commands, ${Object.keys(FINDING_FORMATS).length} formats for findings`,
    ]
        .map((line) => `- ${line}\n`)
        .join("");
}

/** A document with the figures of today between its two marks. */
export function withFigures(document: string): string {
    if (!BLOCK.test(document)) {
        throw new Error("the document has no marks for figures");
    }
    return document.replace(BLOCK, (_, start: string, end: string) => `${start}\n${figures()}\n${end}`);
}
