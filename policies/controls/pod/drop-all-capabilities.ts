import { literal } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { list, obj, strings } from "../../kubernetes/kube";
import { removeField, setField } from "../../kubernetes/path";
import { isRaw } from "../../kubernetes/pod-security";
import type { ContainerView, PodView } from "../../kubernetes/pods";
import { pssParams, since } from "./pss";
import { BASELINE_CAPABILITIES } from "./baseline-capabilities-only";

const SLUG = "pod.capabilities-drop-all";
/** What an added capability beyond the baseline breaks too; the control takes the baseline one's place in a profile. */
const BASELINE_SLUG = "pod.capabilities-add-baseline";
/** What a container that keeps NET_RAW, or is given it again, breaks too. */
const RAW_SLUG = "pod.drop-net-raw";
const ALLOWED = "NET_BIND_SERVICE";

function* dropFaults(pod: PodView, container: ContainerView): Iterable<Fault> {
    const { name, path, securityContext } = container;
    const drop = obj(securityContext["capabilities"])["drop"];
    const dropped = strings(drop);
    // Names are case-sensitive, and listing every capability by name leaves the next one in.
    if (!dropped.includes("ALL")) {
        const field = `${path}.securityContext.capabilities.drop`;
        const found = dropped.length === 0 ? "not set" : JSON.stringify(dropped);
        yield {
            path: field,
            container: name,
            covers: dropped.some(isRaw) ? [SLUG] : [SLUG, RAW_SLUG],
            message: `${field} is ${found} (container "${name}"). Set it to ["ALL"].`,
            absent: !Array.isArray(drop),
            // Not safe: a program whose file has a capability does not even start without it; see remedies.ts.
            fix: setField(pod.object, field, ["ALL"]),
        };
    }
}

function* addFaults(container: ContainerView, onlyBaseline: boolean): Iterable<Fault> {
    const { name, path, securityContext } = container;
    for (const [index, capability] of list(obj(securityContext["capabilities"])["add"]).entries()) {
        const beyondBaseline = typeof capability === "string" && !BASELINE_CAPABILITIES.has(capability);
        if (typeof capability === "string" && (onlyBaseline ? beyondBaseline : capability !== ALLOWED)) {
            const field = `${path}.securityContext.capabilities.add[${index}]`;
            yield {
                path: field,
                container: name,
                covers: [
                    ...(onlyBaseline ? [] : [SLUG]),
                    ...(onlyBaseline || beyondBaseline ? [BASELINE_SLUG] : []),
                    ...(isRaw(capability) ? [RAW_SLUG] : []),
                ],
                message: `${field} is "${capability}" (container "${name}"). Remove it${onlyBaseline ? "" : `; only ${ALLOWED} may be added`}.`,
                fix: removeField(field),
            };
        }
    }
}

export const dropAllCapabilities = podControl({
    name: "drop-all-capabilities",
    description: "Every container drops all capabilities and adds back at most NET_BIND_SERVICE.",
    why: "Capabilities that nothing uses still serve whoever takes the container over.",
    severity: "medium",
    covers: [SLUG, BASELINE_SLUG, RAW_SLUG],
    frameworks: [
        ...pss("restricted/capabilities_restricted"),
        ...cis("5.2.9"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611", "T1068"),
        ...nist("AC-6", "CM-7"),
        ...checklist("CTR-7"),
    ],
    remediation:
        'Set securityContext.capabilities to {drop: ["ALL"]}, adding NET_BIND_SERVICE where a low port is bound.',
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    // A container that uses none of the kernel's protections drops nothing either.
    supersedes: ["baseline-capabilities-only", "linux-hardening-in-use"],
    params: pssParams,
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?os.?name.orValue('') == 'windows' ||",
            "variables.containers.all(c,",
            " 'ALL' in c.?securityContext.?capabilities.?drop.orValue([]) &&",
            ` c.?securityContext.?capabilities.?add.orValue([]).all(a, a == ${literal(ALLOWED)}))`,
        ].join("\n"),
    },
    *check(pod, { params }) {
        // A rule since v1.22 that takes the place of the baseline one, which no longer applies to Windows pods either.
        const active = since(params.pssVersion, 22);
        if (active && pod.windows && since(params.pssVersion, 25)) {
            return;
        }
        for (const container of pod.containers) {
            if (active) {
                yield* dropFaults(pod, container);
            }
            yield* addFaults(container, !active);
        }
    },
});
