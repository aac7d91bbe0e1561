import { objectControl } from "../../engine/control";
import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { show } from "../../text";

/** Secrets whose content is no credential of a workload, or which the cluster's own machinery writes. */
const EXEMPT = new Set(["helm.sh/release.v1", "kubernetes.io/service-account-token"]);

/** SOPS writes each value it encrypts so, and a MAC over all of them beside (getsops.io, "Encrypting"). */
const SOPS_VALUE = /^ENC\[[A-Z0-9_]+,data:[^\]]*\]$/;
/** What a deployment tool puts a value in place of: argocd-vault-plugin, Flux's substitution, Helm and the like. */
const PLACEHOLDER = /^(?:<(?:path:)?[^<>\n]+>|\$\{[^{}\n]+\}|\{\{[^\n]+\}\}|ref\+[a-z0-9]+:\/\/\S+)$/;

/** Says whether a value of a Secret is content, and neither empty, encrypted nor a place for it. */
function isLiteral(secret: KubeObject, value: unknown): boolean {
    if (typeof value !== "string") {
        return value !== null && value !== undefined;
    }
    const encrypted = SOPS_VALUE.test(value) && str(obj(secret.body["sops"])["mac"]) !== "";
    const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(value) ? Buffer.from(value, "base64").toString("latin1") : "";
    return value !== "" && !encrypted && !PLACEHOLDER.test(value.trim()) && !PLACEHOLDER.test(decoded.trim());
}

export const noLiteralSecrets = objectControl({
    name: "no-literal-secrets",
    description: "No Secret is written with its content in the manifest; an external store supplies it.",
    why: "Base64 hides nothing: the content is in the repository, in the state file and in every backup of either.",
    severity: "high",
    covers: ["sec.external-store"],
    frameworks: [
        ...cis("5.4.2"),
        ...mitre("T1552.001"),
        ...nist("IA-5(7)", "SC-12", "SC-28"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-1", "SEC-3", "PRE-3"),
    ],
    remediation: "Write an ExternalSecret that fetches it from the store, and rotate what was written here.",
    profiles: ["nsa"],
    kinds: ["Secret"],
    *check(secret) {
        if (EXEMPT.has(show(secret.body["type"]))) {
            return;
        }
        for (const field of ["data", "stringData"] as const) {
            const keys = Object.keys(obj(secret.body[field]))
                .filter((key) => isLiteral(secret, obj(secret.body[field])[key]))
                // Findings are told apart by their text, which must not change with the order of keys.
                .sort();
            if (keys.length > 0) {
                const path = `${secret.prefix}${field}`;
                yield {
                    path,
                    message: `${path} holds ${keys.join(", ")} in the manifest. Let an ExternalSecret supply it and rotate it.`,
                };
            }
        }
    },
    admission: { none: "In the cluster an operator writes the same Secret, which looks no different." },
});
