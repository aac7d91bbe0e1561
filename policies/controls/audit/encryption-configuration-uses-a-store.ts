import type { Fault } from "../../engine/control";
import { checklist, cis, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";
import { fileControl } from "./files";

const ETCD = ["sec.etcd-encryption"];
const STORE = ["sec.external-store"];

export const encryptionConfigurationUsesAStore = fileControl({
    name: "encryption-configuration-uses-a-store",
    description: "Secrets are encrypted at rest first of all, with a key that an external store keeps.",
    why: "identity is plain text, and a key in the file beside the database is a lock with the key in it.",
    severity: "high",
    covers: [...ETCD, ...STORE],
    frameworks: [
        ...cis("1.2.27", "1.2.28"),
        ...mitre("T1552.001"),
        ...nist("SC-12", "SC-28", "SC-28(1)"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-3", "SEC-5"),
    ],
    remediation: "Put a kms provider first for secrets, and identity last or nowhere.",
    profiles: ["cis", "nsa"],
    group: "apiserver.config.k8s.io",
    files: ["EncryptionConfiguration"],
    *faults({ body, prefix }) {
        const path = `${prefix}resources`;
        const entries = list(body["resources"]).map(obj);
        const index = entries.findIndex((entry) =>
            strings(entry["resources"]).some((name) => ["secrets", "*.", "*.*"].includes(name)),
        );
        const entry = entries[index];
        if (entry === undefined) {
            yield { path, message: `${path} encrypt no secrets. Add an entry for them.`, covers: ETCD, absent: true };
            return;
        }
        yield* providerFaults(entry, `${path}[${index}].providers`);
    },
});

function* providerFaults(entry: Body, path: string): Iterable<Fault> {
    const names = list(entry["providers"]).map((provider) => Object.keys(obj(provider))[0] ?? "identity");
    const [first = "identity"] = names;
    if (first === "identity") {
        yield {
            path,
            message: `${path} begin with "identity", so new Secrets are stored in plain text. Put it last.`,
            covers: ETCD,
        };
    }
    // What is written is encrypted by the first; the others only read what was written by them.
    if (names.find((name) => name !== "identity") !== "kms") {
        yield {
            path,
            message: `${path} hold ${names.join(", ") || "nothing"}, so the key lies beside the data. Put "kms" first.`,
            covers: STORE,
        };
    }
}
