import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { escapedPattern } from "../../text";

export const noSystemSecretsInPods = stackControl({
    name: "no-system-secrets-in-pods",
    description: "No pod reads a Secret that is marked as protected or belongs to the cluster's own machinery.",
    why: "Release records, bootstrap tokens and account tokens are credentials of the platform, not of a workload.",
    severity: "high",
    covers: ["sec.volume-ban"],
    frameworks: [...mitre("T1552.007"), ...nist("AC-6"), ...soc2("CC6.1"), ...checklist("SEC-2")],
    remediation: "Give the workload a Secret of its own.",
    profiles: ["nsa", "x0tta6bl4"],
    params: {
        names: {
            type: "array",
            description: "Names of Secrets that pods must not read; * stands for any characters.",
            items: { type: "string" },
            default: ["sh.helm.release.*", "bootstrap-token-*", "*-token-?????", "kubeadm-certs"],
        },
        labels: {
            type: "array",
            description: "Labels, as key=value, of Secrets that pods must not read.",
            items: { type: "string" },
            default: ["status=protected"],
        },
    },
    *check(stack, { each, params }) {
        const names = params.names.map(pattern);
        const marks = params.labels.map((label) => label.split("=", 2));
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                for (const { path, container, name } of secretsOf(pod)) {
                    const labels = stack.find("Secret", pod.object.namespace, name)?.labels ?? {};
                    const mark = marks.find(([key = "", value]) => labels[key] === value);
                    if (mark !== undefined || names.some((wanted) => wanted.test(name))) {
                        const reason =
                            mark === undefined ? "one of the cluster's own" : `which is labelled ${mark.join("=")}`;
                        yield {
                            object: pod.object,
                            path,
                            ...(container !== undefined && { container }),
                            message: `${path} reads Secret "${name}", ${reason}. Give the workload a Secret of its own.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "The labels of a Secret stand on another object." },
});

/** A pattern with `*` for any characters and `?` for one, as a regular expression. */
function pattern(text: string): RegExp {
    const escaped = escapedPattern(text).replaceAll("\\*", ".*").replaceAll("\\?", ".");
    // eslint-disable-next-line security/detect-non-literal-regexp -- the text is the configuration's own
    return new RegExp(`^${escaped}$`);
}

interface SecretUse {
    readonly path: string;
    readonly container?: string;
    readonly name: string;
}

function secretsOf(pod: PodView): readonly SecretUse[] {
    const volumes = list(pod.spec["volumes"]).flatMap((volume, index): readonly SecretUse[] => {
        const path = `${pod.prefix}volumes[${index}]`;
        return [
            { path: `${path}.secret.secretName`, name: str(obj(obj(volume)["secret"])["secretName"]) },
            ...list(obj(obj(volume)["projected"])["sources"]).map((source, at) => ({
                path: `${path}.projected.sources[${at}].secret.name`,
                name: str(obj(obj(source)["secret"])["name"]),
            })),
        ];
    });
    const variables = pod.containers.flatMap(({ name: container, path, body }): readonly SecretUse[] => [
        ...list(body["env"]).map((entry, index) => ({
            path: `${path}.env[${index}].valueFrom.secretKeyRef.name`,
            container,
            name: str(obj(obj(obj(entry)["valueFrom"])["secretKeyRef"])["name"]),
        })),
        ...list(body["envFrom"]).map((source, index) => ({
            path: `${path}.envFrom[${index}].secretRef.name`,
            container,
            name: str(obj(obj(source)["secretRef"])["name"]),
        })),
    ]);
    return [...volumes, ...variables].filter(({ name }) => name !== "");
}
