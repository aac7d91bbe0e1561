import { literal, POD_ANNOTATIONS } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { isObj, str } from "../../kubernetes/kube";
import { child, setField } from "../../kubernetes/path";
import { join } from "../../kubernetes/walk";

const ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
const ALLOWED_TYPES: readonly unknown[] = ["RuntimeDefault", "Localhost"];

/** The annotation form, deprecated since v1.30 and still honoured: `runtime/default` or `localhost/<profile>`. */
function allowedAnnotation(value: string): boolean {
    return value === "" || value === "runtime/default" || value.startsWith("localhost/");
}

export const appArmorNotDisabled = podControl({
    name: "app-armor-not-disabled",
    description: "No pod or container turns its AppArmor profile off.",
    why: "Unconfined, a container loses the default AppArmor profile that keeps it from writing to kernel interfaces of the node.",
    severity: "high",
    covers: ["pod.apparmor"],
    frameworks: [
        ...pss("baseline/appArmorProfile"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-3", "SC-39"),
        ...checklist("CTR-7"),
    ],
    remediation: "Set appArmorProfile.type to RuntimeDefault or Localhost, or leave it out.",
    profiles: ["baseline", "restricted", "nsa", "x0tta6bl4"],
    admission: {
        expression: [
            "(variables.podSpec == null || !has(variables.podSpec.securityContext) || !has(variables.podSpec.securityContext.appArmorProfile) ||",
            " variables.podSpec.securityContext.appArmorProfile.?type.orValue('') in ['RuntimeDefault', 'Localhost']) &&",
            "variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.appArmorProfile) ||",
            " c.securityContext.appArmorProfile.?type.orValue('') in ['RuntimeDefault', 'Localhost']) &&",
            `variables.podAnnotations.all(k, !k.startsWith(${literal(ANNOTATION)}) ||`,
            " variables.podAnnotations[k] in ['', 'runtime/default'] || variables.podAnnotations[k].startsWith('localhost/'))",
        ].join("\n"),
        variables: POD_ANNOTATIONS,
    },
    *check(pod) {
        const holders = [
            { path: pod.path, securityContext: pod.securityContext, container: undefined },
            ...pod.containers.map(({ path, securityContext, name }) => ({ path, securityContext, container: name })),
        ];
        for (const { path, securityContext, container } of holders) {
            const profile = securityContext["appArmorProfile"];
            if (isObj(profile) && !ALLOWED_TYPES.includes(profile["type"])) {
                const field = `${join(path, "securityContext")}.appArmorProfile.type`;
                yield {
                    path: field,
                    ...(container !== undefined && { container }),
                    message: `${field} is "${str(profile["type"])}"${container === undefined ? "" : ` (container "${container}")`}. Use RuntimeDefault or Localhost.`,
                    fix: setField(pod.object, field, "RuntimeDefault"),
                };
            }
        }
        for (const [key, value] of Object.entries(pod.annotations)) {
            if (key.startsWith(ANNOTATION) && !allowedAnnotation(str(value))) {
                const field = child(`${pod.metadataPath}.annotations`, key);
                yield {
                    path: field,
                    container: key.slice(ANNOTATION.length),
                    message: `${field} is "${str(value)}". Use runtime/default or localhost/<profile>, or the field securityContext.appArmorProfile.`,
                    fix: setField(pod.object, field, "runtime/default"),
                };
            }
        }
    },
});
