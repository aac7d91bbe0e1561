import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa } from "../../engine/frameworks";
import { list, obj, strings } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { isRaw } from "../../kubernetes/pod-security";
import { removeItems } from "./remedies";

export const netRawDropped = podControl({
    name: "net-raw-dropped",
    description: "No container keeps the capability to forge network packets.",
    why: "With NET_RAW, which runtimes grant by default, a container can spoof the addresses of its neighbours.",
    severity: "medium",
    covers: ["pod.drop-net-raw"],
    frameworks: [
        ...cis("5.2.8"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1046"),
        ...nist("AC-6", "SC-7"),
        ...checklist("CTR-7"),
    ],
    remediation: 'Drop ["ALL"], or at least NET_RAW, and don\'t add it back.',
    profiles: [],
    repeats: ["drop-all-capabilities"],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.containers.all(c,",
            " c.?securityContext.?capabilities.?drop.orValue([]).exists(d, d.upperAscii() in ['ALL', 'NET_RAW']) &&",
            " !c.?securityContext.?capabilities.?add.orValue([]).exists(a, a.upperAscii() in ['ALL', 'NET_RAW']))",
        ].join("\n"),
    },
    *check(pod) {
        for (const container of pod.windows ? [] : pod.containers) {
            const { name, path, securityContext } = container;
            const { drop, add } = obj(securityContext["capabilities"]) as { drop?: unknown; add?: unknown };
            if (strings(add).some(isRaw)) {
                const field = `${path}.securityContext.capabilities.add`;
                yield {
                    path: field,
                    container: name,
                    message: `${field} is ${JSON.stringify(strings(add))}, which grants NET_RAW (container "${name}"). Remove it.`,
                    fix: removeItems(
                        field,
                        list(add).flatMap((entry, index) => (isRaw(entry) ? [index] : [])),
                    ),
                };
            } else if (!strings(drop).some(isRaw)) {
                const field = `${path}.securityContext.capabilities.drop`;
                yield {
                    path: field,
                    container: name,
                    message: `${field} names neither ALL nor NET_RAW (container "${name}"). Drop ALL.`,
                    absent: drop === undefined,
                    fix: setField(pod.object, field, ["ALL"]),
                };
            }
        }
    },
});
