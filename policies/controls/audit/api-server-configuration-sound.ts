import type { Fault } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import { fileControl } from "./files";

/** Who calls, by the file that --authentication-config names (apiserver.config.k8s.io, "Structured Authentication"). */
function* authenticationFaults(body: Readonly<Record<string, unknown>>, prefix: string): Iterable<Fault> {
    const anonymous = obj(body["anonymous"]);
    if (anonymous["enabled"] === true && list(anonymous["conditions"]).length === 0) {
        const path = `${prefix}anonymous.enabled`;
        yield { path, message: `${path} is true for every path. Name the paths under conditions, or set it to false.` };
    }
    for (const [index, entry] of list(body["jwt"]).entries()) {
        const issuer = obj(entry);
        // Whoever looks at names himself may well refuse those of the cluster.
        if (list(issuer["userValidationRules"]).length > 0) {
            continue;
        }
        for (const [claim, mapping] of Object.entries(obj(issuer["claimMappings"]))) {
            if (isObj(mapping) && mapping["prefix"] === "" && (claim === "username" || claim === "groups")) {
                const path = `${prefix}jwt[${index}].claimMappings.${claim}.prefix`;
                yield {
                    path,
                    message: `${path} is empty, so the issuer may give out names of the cluster's own, such as system:masters. Set one.`,
                };
            }
        }
    }
}

/** What callers may do, by the file that --authorization-config names ("Structured Authorization"). */
function* authorizationFaults(body: Readonly<Record<string, unknown>>, prefix: string): Iterable<Fault> {
    const authorizers = list(body["authorizers"]).map(obj);
    for (const [index, { type, webhook }] of authorizers.entries()) {
        const at = `${prefix}authorizers[${index}]`;
        if (type === "AlwaysAllow") {
            yield {
                path: `${at}.type`,
                message: `${at}.type is "AlwaysAllow": everybody is an administrator. Remove it.`,
            };
        }
        if (obj(webhook)["failurePolicy"] === "NoOpinion") {
            const path = `${at}.webhook.failurePolicy`;
            yield {
                path,
                message: `${path} is "NoOpinion": what it would refuse passes while it is down. Set it to Deny.`,
            };
        }
    }
    for (const type of ["Node", "RBAC"]) {
        if (!authorizers.some((authorizer) => authorizer["type"] === type)) {
            const path = `${prefix}authorizers`;
            yield { path, message: `${path} hold no ${type}. Add it.` };
        }
    }
}

/** What is admitted, by the file that --admission-control-config-file names, as far as its plugins stand in the file itself. */
function* admissionFaults(body: Readonly<Record<string, unknown>>, prefix: string): Iterable<Fault> {
    for (const [index, entry] of list(body["plugins"]).entries()) {
        const { name, configuration } = obj(entry);
        const at = `${prefix}plugins[${index}].configuration`;
        if (name === "ImagePolicyWebhook" && obj(obj(configuration)["imagePolicy"])["defaultAllow"] === true) {
            const path = `${at}.imagePolicy.defaultAllow`;
            yield { path, message: `${path} is true: any image runs while the webhook is down. Set it to false.` };
        }
        for (const [field, names] of name === "PodSecurity"
            ? Object.entries(obj(obj(configuration)["exemptions"]))
            : []) {
            // The cluster's own namespace holds what runs nodes.
            const exempt = strings(names).find((one) => field !== "namespaces" || one !== "kube-system");
            if (exempt !== undefined) {
                const path = `${at}.exemptions.${field}`;
                yield {
                    path,
                    message: `${path} name "${exempt}", so its pods are held to no standard. Label its namespace with what it needs.`,
                };
            }
        }
        const enforce = obj(obj(configuration)["defaults"])["enforce"];
        if (name === "PodSecurity" && isObj(configuration) && (enforce === undefined || enforce === "privileged")) {
            const path = `${at}.defaults.enforce`;
            yield {
                path,
                message: `${path} is ${enforce === undefined ? "not set, which means privileged" : `"${str(enforce)}"`}, for every namespace without a label. Set it to baseline or restricted.`,
                absent: enforce === undefined,
            };
        }
    }
}

export const apiServerConfigurationSound = fileControl({
    name: "api-server-configuration-sound",
    description: "The files by which the API server authenticates, authorizes and admits let nobody pass by default.",
    why: "What these files say goes before the flags that everybody looks at.",
    severity: "high",
    covers: ["cp.api-server"],
    frameworks: [
        ...cis("1.2.1", "1.2.6", "1.2.7", "1.2.8", "5.5.1"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1078", "T1562.001"),
        ...nist("AC-3", "CM-7", "IA-2"),
        ...soc2("CC6.1", "CC6.3"),
        ...checklist("ACC-1", "ACC-5"),
    ],
    remediation: "Correct the file as the message says; the API server takes up most changes by itself.",
    profiles: ["cis", "nsa"],
    group: "apiserver.config.k8s.io",
    files: ["AuthenticationConfiguration", "AuthorizationConfiguration", "AdmissionConfiguration"],
    *faults({ kind, body, prefix }) {
        switch (kind) {
            case "AuthenticationConfiguration":
                yield* authenticationFaults(body, prefix);
                break;
            case "AuthorizationConfiguration":
                yield* authorizationFaults(body, prefix);
                break;
            default:
                yield* admissionFaults(body, prefix);
        }
    },
});
