import { stackControl } from "../../engine/control";
import { carriedFiles } from "./files-in-configmaps";
import { foundationOf } from "../../kubernetes/foundation";
import { checklist, gdpr, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, list, obj, strings } from "../../kubernetes/kube";

export const encryptionAtRestInPlace = stackControl({
    name: "encryption-at-rest-in-place",
    description: "A stack that speaks for a cluster says how the API server encrypts its store, and shows no key.",
    why: "Whoever gets a copy of an unencrypted store, or of its backup, has every secret of the cluster.",
    severity: "high",
    covers: [],
    frameworks: [...nist("SC-28", "SC-12"), ...soc2("CC6.1"), ...gdpr("32"), ...checklist("SEC-5", "PQC-6")],
    remediation: "Ship a ConfigMap with the EncryptionConfiguration, its keys left out, and hand the keys over apart.",
    profiles: ["x0tta6bl4"],
    *check(stack) {
        const files = carriedFiles(stack, "apiserver.config.k8s.io", "EncryptionConfiguration");
        const cluster = foundationOf(stack);
        if (files.length === 0 && cluster !== undefined) {
            yield {
                object: cluster,
                path: `${cluster.prefix}kind`,
                message: "no ConfigMap of this stack carries an EncryptionConfiguration. Add one, without its keys.",
                absent: true,
            };
        }
        for (const file of files) {
            const writer = writerOf(file.object.body);
            if (!WRITERS.includes(writer)) {
                yield {
                    object: file.configMap,
                    path: file.path,
                    message: `${file.path} writes Secrets with ${writer}. Put one of ${WRITERS.join(", ")} first.`,
                };
            }
            if (showsKey(file.object.body)) {
                yield {
                    object: file.configMap,
                    path: file.path,
                    message: `${file.path} holds a key. Leave the keys out: whoever may read a ConfigMap could read the store.`,
                };
            }
        }
    },
    admission: { none: "The API server is started with the configuration and can't judge it." },
});

/** Providers that encrypt with authentication (Kubernetes documentation, "Encrypting Confidential Data at Rest"). */
const WRITERS: readonly string[] = ["kms", "secretbox", "aesgcm"];

/** The provider that Secrets are written with: the first one of the first entry that holds them. */
function writerOf(configuration: Body): string {
    const entry = list(configuration["resources"])
        .map(obj)
        .find(({ resources }) => strings(resources).some((name) => ["secrets", "*.", "*.*"].includes(name)));
    return Object.keys(obj(list(entry?.["providers"])[0]))[0] ?? "nothing";
}

/** A provider with keys, one of which comes with its `secret`. */
function showsKey(configuration: Body): boolean {
    return list(configuration["resources"])
        .flatMap((entry) => list(obj(entry)["providers"]))
        .flatMap((provider) => Object.values(obj(provider)))
        .filter(isObj)
        .flatMap((settings) => list(settings["keys"]))
        .some((key) => "secret" in obj(key));
}
