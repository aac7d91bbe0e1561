import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";

/** The groups that the API server puts somebody into without being told (Kubernetes, "Authenticating"). */
export const groupMembership: EdgeFamily = {
    name: "group-membership",
    title: "use what is granted to a group that the API server puts them into",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    cut: { effort: "never", remedy: "" },
    *find(landscape) {
        // Made by the bindings that name them; a group without rights matters to nobody.
        const groups = new Map(landscape.nodesOf("group").map((node) => [node.name, node]));
        const ofAll = ["system:serviceaccounts", "system:authenticated"].flatMap((name) => groups.get(name) ?? []);
        for (const account of landscape.nodesOf("account")) {
            const own = groups.get(`system:serviceaccounts:${account.namespace}`);
            for (const to of own === undefined ? ofAll : [...ofAll, own]) {
                yield { from: account, to };
            }
        }
        const anonymous = [
            ...["system:unauthenticated"].flatMap((name) => groups.get(name) ?? []),
            ...landscape.nodesOf("user").filter(({ name }) => name === "system:anonymous"),
        ];
        for (const to of anonymous) {
            yield {
                from: landscape.node("internet"),
                to,
                reason: "requests without credentials are taken for this one, where the API server can be reached",
            };
        }
        const masters = groups.get("system:masters");
        if (masters !== undefined) {
            yield { from: masters, to: landscape.node("cluster-admin") };
        }
    },
};
