import { ENFORCE, isGuarded } from "../../kubernetes/pod-security";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import { TECHNIQUES } from "../techniques";

function* inEachNamespace(landscape: Landscape): Iterable<Link> {
    const { stack } = landscape;
    for (const namespace of landscape.namespaces) {
        const from = landscape.node("workloads", namespace);
        yield {
            from,
            to: landscape.node("accounts", namespace),
            reason: "a pod may name any account of its namespace",
        };
        yield { from, to: landscape.node("secrets", namespace), reason: "a pod may mount any Secret of its namespace" };
        const guarded = isGuarded(stack, namespace);
        if (guarded === true) {
            continue;
        }
        const object = stack.find("Namespace", "", namespace);
        yield {
            from,
            to: landscape.node("control-plane"),
            object,
            ...(object !== undefined && { field: `${object.prefix}metadata.labels["${ENFORCE}"]` }),
            reason:
                guarded === undefined
                    ? "the namespace's Pod Security level is not known, so a privileged pod may be admitted there"
                    : "the namespace admits privileged pods, which leave their container for any node",
            cut: {
                effort: "change",
                remedy: `Label the namespace ${ENFORCE}: restricted, or baseline.`,
                control: "pod-security-enforced",
            },
        };
    }
}

/** Admission policies beside Pod Security Admission are not looked at: what one of them forbids is still an edge here. */
export const ownPods: EdgeFamily = {
    name: "own-pods",
    title: "start a pod with what they want to have",
    technique: TECHNIQUES.deploy,
    needs: "that no admission policy beside Pod Security Admission forbids it",
    cut: { effort: "never", remedy: "" },
    find: inEachNamespace,
};
