import { ENFORCE, isGuarded } from "../../kubernetes/pod-security";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { PathNode } from "../nodes";
import { admitsNoPods } from "../quotas";
import { TECHNIQUES } from "../techniques";

function* inEachNamespace(landscape: Landscape): Iterable<Link> {
    const { stack } = landscape;
    for (const namespace of landscape.namespaces) {
        const from = landscape.node("workloads", namespace);
        const isOpen = isGuarded(stack, namespace) !== true;
        if (admitsNoPods(landscape, namespace)) {
            // Whoever has everything in the namespace may take the quota away as well; all others get no pod at all.
            if (isOpen) {
                yield unguarded(landscape, landscape.node("namespace", namespace), namespace);
            }
            continue;
        }
        yield {
            from,
            to: landscape.node("accounts", namespace),
            reason: "a pod may name any account of its namespace",
        };
        yield { from, to: landscape.node("secrets", namespace), reason: "a pod may mount any Secret of its namespace" };
        if (isOpen) {
            yield unguarded(landscape, from, namespace);
        }
    }
}

function unguarded(landscape: Landscape, from: PathNode, namespace: string): Link {
    const { stack } = landscape;
    const object = stack.find("Namespace", "", namespace);
    return {
        from,
        to: landscape.node("control-plane"),
        object,
        ...(object !== undefined && { field: `${object.prefix}metadata.labels["${ENFORCE}"]` }),
        reason:
            isGuarded(stack, namespace) === undefined
                ? "the namespace's Pod Security level is not known, so a privileged pod may be admitted there"
                : "the namespace admits privileged pods, which leave their container for any node",
        cut: {
            effort: "change",
            remedy: `Label the namespace ${ENFORCE}: restricted, or baseline.`,
            control: "pod-security-enforced",
        },
    };
}

/**
 * Of admission, Pod Security Admission and quotas are looked at. A policy in CEL or of another engine is not: no number of pods that it
 * refuses proves that it refuses all of them, so what one forbids is still an edge here.
 */
export const ownPods: EdgeFamily = {
    name: "own-pods",
    title: "start a pod with what they want to have",
    technique: TECHNIQUES.deploy,
    needs: "that no admission policy beside Pod Security Admission and quotas forbids it",
    cut: { effort: "never", remedy: "" },
    find: inEachNamespace,
};
