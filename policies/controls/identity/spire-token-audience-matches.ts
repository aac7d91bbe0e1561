import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import { list, obj, str, strings } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { podOf } from "../../kubernetes/pods";
import { clustersOf, spireConfigs } from "./spire";
import { serviceAccountName } from "../../kubernetes/service-accounts";

/** What SPIRE accepts where the file names no audience. */
const DEFAULT_AUDIENCE = "spire-server";

/** The projected tokens of a pod: the place of each and its audience. */
function tokensOf(
    pod: PodView,
): readonly { readonly path: string; readonly audience: string; readonly file: string }[] {
    return list(pod.spec["volumes"]).flatMap((volume, index) =>
        list(obj(obj(volume)["projected"])["sources"]).flatMap((source, position) => {
            const token = obj(source)["serviceAccountToken"];
            return token === undefined
                ? []
                : [
                      {
                          path: `${pod.prefix}volumes[${index}].projected.sources[${position}].serviceAccountToken.audience`,
                          audience: str(obj(token)["audience"]),
                          file: str(obj(token)["path"]),
                      },
                  ];
        }),
    );
}

export const spireTokenAudienceMatches = stackControl({
    name: "spire-token-audience-matches",
    description: "The token an agent attests with is issued for the SPIRE server, which expects just that.",
    why: "A token without an audience of its own is a token for the API server: SPIRE's servers could use it there as the agent.",
    severity: "high",
    covers: [],
    frameworks: [...nist("IA-3", "SC-23"), ...checklist("ZT-7")],
    remediation:
        "Set the projected token's audience to one the server's k8s_psat attestor accepts, by default spire-server.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }): Iterable<StackFault> {
        const allowed = spireConfigs(stack).server.flatMap(({ plugins }) =>
            plugins
                .filter(({ type, name }) => type === "NodeAttestor" && name === "k8s_psat")
                .flatMap((plugin) => clustersOf(plugin))
                .map(([, cluster]) => ({
                    accounts: strings(cluster["service_account_allow_list"]),
                    audiences: cluster["audience"] === undefined ? [DEFAULT_AUDIENCE] : strings(cluster["audience"]),
                })),
        );
        yield* each(
            stack.ofKind("DaemonSet"),
            (object) => object,
            function* (object) {
                const pod = podOf(object);
                if (pod === undefined) {
                    return;
                }
                const account = `${object.namespace}:${serviceAccountName(pod)}`;
                const clusters = allowed.filter(({ accounts }) => accounts.includes(account));
                const audiences = [...new Set(clusters.flatMap((cluster) => cluster.audiences))];
                // Other tokens of the pod, such as the API server's, are for others.
                const tokens = tokensOf(pod).filter(({ file }) => file !== "token");
                if (
                    clusters.length > 0 &&
                    tokens.length > 0 &&
                    !tokens.some(({ audience }) => audiences.includes(audience))
                ) {
                    const [first] = tokens;
                    const found = first?.audience === "" ? "is not set" : `is "${first?.audience ?? ""}"`;
                    yield {
                        object,
                        path: first?.path ?? pod.path,
                        message: `${first?.path} ${found}, but the server accepts ${audiences.map((name) => `"${name}"`).join(", ")} only. Use one of these.`,
                    };
                }
            },
        );
    },
    admission: { none: "It compares several objects." },
});
