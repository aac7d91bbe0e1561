import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { list } from "../../kubernetes/kube";

export const noRootGroup = podControl({
    name: "no-root-group",
    description: "No pod or container asks for the root group or another group outside the allowed range.",
    why: "Many files of images and volumes are open to group 0, so its members read and write what only root should.",
    severity: "medium",
    covers: ["pod.fsgroup-supplemental"],
    frameworks: [
        ...cis("5.6.3"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6"),
        ...checklist("CTR-2", "CTR-7"),
    ],
    remediation: "Use a group other than 0 for runAsGroup, fsGroup and supplementalGroups.",
    // In our own stacks a pod in group 0 is one that also runs as root, which no-root-user reports.
    profiles: ["cis", "nsa"],
    params: {
        minimum: { type: "integer", description: "The lowest group ID to allow.", default: 1, minimum: 0 },
        maximum: { type: "integer", description: "The highest group ID to allow.", default: 2147483647, minimum: 0 },
    },
    admission: {
        expression: [
            "variables.podSpec == null || (",
            " variables.podSpec.?securityContext.?runAsGroup.orValue(1) != 0 &&",
            " variables.podSpec.?securityContext.?fsGroup.orValue(1) != 0 &&",
            " variables.podSpec.?securityContext.?supplementalGroups.orValue([]).all(g, g != 0) &&",
            " variables.containers.all(c, c.?securityContext.?runAsGroup.orValue(1) != 0))",
        ].join("\n"),
    },
    *check(pod, { params: { minimum, maximum } }) {
        function* judge(path: string, group: unknown, container?: string): Iterable<Fault> {
            if (typeof group === "number" && (group < minimum || group > maximum)) {
                const range = maximum < minimum ? "no group is" : `${minimum} to ${maximum} are`;
                yield {
                    path,
                    ...(container !== undefined && { container }),
                    message: `${path} is ${group}${container === undefined ? "" : ` (container "${container}")`}; ${range} allowed. Use another group.`,
                };
            }
        }
        const own = `${pod.prefix}securityContext`;
        yield* judge(`${own}.runAsGroup`, pod.securityContext["runAsGroup"]);
        yield* judge(`${own}.fsGroup`, pod.securityContext["fsGroup"]);
        for (const [index, group] of list(pod.securityContext["supplementalGroups"]).entries()) {
            yield* judge(`${own}.supplementalGroups[${index}]`, group);
        }
        for (const { name, path, securityContext } of pod.containers) {
            yield* judge(`${path}.securityContext.runAsGroup`, securityContext["runAsGroup"], name);
        }
    },
});
