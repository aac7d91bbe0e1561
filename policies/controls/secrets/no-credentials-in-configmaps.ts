import { objectControl } from "../../engine/control";
import { looksLikeCredential } from "./credential-formats";
import { isCredential, isKeyMaterial } from "./credential-names";
import { credentialIn } from "./credentials";
import { checklist, cis, gdpr, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import { show } from "../../text";

export const noCredentialsInConfigmaps = objectControl({
    name: "no-credentials-in-configmaps",
    description: "No ConfigMap holds a credential.",
    why: "ConfigMaps are read by far more subjects than Secrets, are never encrypted at rest on their own and land in logs.",
    severity: "high",
    covers: ["sec.configmap"],
    frameworks: [
        ...cis("5.4.2"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1552.001", "T1552.007"),
        ...nist("IA-5(7)", "SC-28"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-1", "PRE-3"),
    ],
    remediation: "Move it to a Secret that an external store supplies, and rotate it: it is known now.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    kinds: ["ConfigMap"],
    *check(configMap) {
        for (const [key, text] of entriesOf(configMap)) {
            const path = child(`${configMap.prefix}${text.field}`, key);
            const found = faultOf(key, text.value);
            if (found !== undefined) {
                yield { path, message: `${path} ${found}. Move it to a Secret and rotate it.` };
            }
        }
    },
    admission: {
        none: "The same names and formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});

interface Text {
    readonly field: "data" | "binaryData";
    readonly value: string;
}

function entriesOf(configMap: KubeObject): readonly (readonly [string, Text])[] {
    return [
        ...Object.entries(obj(configMap.body["data"])).map(
            ([key, value]) => [key, { field: "data", value: text(value) }] as const,
        ),
        ...Object.entries(obj(configMap.body["binaryData"])).map(
            ([key, value]) =>
                [key, { field: "binaryData", value: Buffer.from(str(value), "base64").toString("latin1") }] as const,
        ),
    ];
}

/** YAML reads a bare number or boolean where the API wants a string; the API server would refuse it, a reader means it. */
function text(value: unknown): string {
    return typeof value === "string" || typeof value === "number" ? show(value) : "";
}

function faultOf(key: string, value: string): string | undefined {
    if (!value.trim().includes("\n")) {
        const shape = looksLikeCredential(value);
        if (shape !== undefined) {
            return `holds ${shape}`;
        }
        if (isCredential(key, value) || isKeyMaterial(key, value)) {
            return "is a literal under the name of a credential";
        }
    }
    const hit = credentialIn(value);
    return hit && `${hit.found}${hit.line === undefined ? "" : ` on line ${hit.line}`}`;
}
