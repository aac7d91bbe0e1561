import { literal, texts } from "../../engine/cel";
import type { ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, cis, nist, nsa, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { BUILT_IN, isBuiltIn, isCustom, isNamespaced } from "./scope";

export const defaultNamespaceUnused: ObjectControl = {
    ...objectControl({
        name: "default-namespace-unused",
        description: "Every object names a namespace, and not the default one.",
        why: "What has no namespace of its own shares policies, quota and rights with everything else that has none.",
        severity: "low",
        enforcement: "advisory", // Manifests are often written without a namespace, which is named when they are applied.
        covers: ["ns.default-unused"],
        frameworks: [
            ...cis("5.6.1", "5.6.4"),
            ...nsa("Network separation and hardening"),
            ...nist("AC-4", "SC-2"),
            ...soc2("CC6.1"),
            ...checklist("ACC-2"),
        ],
        remediation: "Set metadata.namespace to a namespace of the workload's own.",
        profiles: ["cis", "nsa", "x0tta6bl4"],
        kinds: [],
        *check(object) {
            const namespace = str(obj(object.body["metadata"])["namespace"]);
            // Of a custom resource the manifest doesn't say whether it lives in a namespace, unless it names one.
            if (!isBuiltIn(object) && (namespace === "default" || (namespace === "" && isNamespaced(object)))) {
                const path = `${object.prefix}metadata.namespace`;
                yield {
                    path,
                    message: `${path} is ${namespace === "" ? 'unset, which may mean "default"' : '"default"'}. Name a namespace of the workload's own.`,
                    absent: namespace === "",
                };
            }
        },
        admission: {
            expression: [
                "object.metadata.?namespace.orValue('') != 'default'",
                ...[...BUILT_IN].map(
                    ([kind, names]) => `(object.kind == ${literal(kind)} && object.metadata.name in ${texts(names)})`,
                ),
            ].join(" || "),
        },
    }),
    applies: (object) => isNamespaced(object) || isCustom(object),
};
