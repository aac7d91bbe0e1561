import { obj } from "../kubernetes/kube";
import { amountOf } from "../kubernetes/quantity";
import { ifKnown } from "../kubernetes/unknown";
import { givesEveryRight, grantsOf } from "./grants";
import type { Landscape } from "./landscape";
import type { Right } from "./rights";
import { holdingInNamespace, isHeld } from "./rights";

/** To take a quota away, or make it larger. */
const CHANGE_QUOTAS: Right = {
    ways: [{ resources: { "": ["resourcequotas"] }, verbs: ["update", "patch", "delete", "deletecollection"] }],
};

/** What a quota for pods is called; either holds for every one of them, unless it has scopes. */
const PODS = ["pods", "count/pods"];

/**
 * Says whether a quota keeps every pod out of a namespace, and nobody may change quotas there but who has every right. The
 * controllers' own accounts in kube-system don't count: whoever has those has more than a quota withholds.
 */
export function admitsNoPods(landscape: Landscape, namespace: string): boolean {
    const { stack } = landscape;
    const isClosed = stack
        .ofKind("ResourceQuota")
        .filter((quota) => quota.namespace === namespace)
        .some((quota) =>
            ifKnown(() => {
                const { hard, scopes, scopeSelector } = obj(quota.body["spec"]);
                return (
                    scopes === undefined &&
                    scopeSelector === undefined &&
                    PODS.some((name) => amountOf(obj(hard)[name]) === 0)
                );
            }),
        );
    return (
        isClosed &&
        !grantsOf(landscape).some(
            (grant) =>
                grant.binding !== undefined &&
                (grant.namespace === "" || grant.namespace === namespace) &&
                !givesEveryRight(grant) &&
                isHeld(holdingInNamespace(grant.rules, CHANGE_QUOTAS)),
        )
    );
}
