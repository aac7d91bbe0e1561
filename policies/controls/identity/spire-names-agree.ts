import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, nist } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { SpireConfig } from "./spire";
import { clustersOf, pluginOf, spireConfigs } from "./spire";
import type { Stack } from "../../kubernetes/stack";

/** A controller manager's configuration file in a ConfigMap. */
interface ManagerConfig {
    readonly object: KubeObject;
    readonly path: string;
    readonly trustDomain: string;
    readonly clusterName: string;
}

/** JSON or YAML alike: the two keys stand at the beginning of a line, or quoted within an object. */
function valueOf(text: string, key: string): string {
    // eslint-disable-next-line security/detect-non-literal-regexp -- the keys are the two of this file
    return new RegExp(`(?:^|[{,\\n])\\s*"?${key}"?\\s*:\\s*"?([A-Za-z0-9._-]+)"?`).exec(text)?.[1] ?? "";
}

function managerConfigs(stack: Stack): readonly ManagerConfig[] {
    return stack.ofKind("ConfigMap").flatMap((object) =>
        Object.entries(obj(object.body["data"])).flatMap(([key, value]) => {
            const text = str(value);
            return /\bkind"?\s*:\s*"?ControllerManagerConfig\b/.test(text)
                ? [
                      {
                          object,
                          path: child(`${object.prefix}data`, key),
                          trustDomain: valueOf(text, "trustDomain"),
                          clusterName: valueOf(text, "clusterName"),
                      },
                  ]
                : [];
        }),
    );
}

const clusterOf = (agent: SpireConfig): string => str(pluginOf(agent, "NodeAttestor", "k8s_psat")?.data["cluster"]);

export const spireNamesAgree = stackControl({
    name: "spire-names-agree",
    description: "Servers, agents and controller managers name the same trust domain and cluster.",
    why: "A name that differs in one of three places makes agents that can't attest, or entries that no agent ever gets.",
    severity: "high",
    covers: [],
    frameworks: [...nist("CM-6"), ...checklist("ZT-4", "ZT-5", "ZT-6")],
    remediation: "Give all three the same names; best derive them from one setting.",
    profiles: ["x0tta6bl4"],
    *check(stack): Iterable<StackFault> {
        const { server: servers, agent: agents } = spireConfigs(stack);
        if (servers.length === 0) {
            return;
        }
        const domains = new Set(servers.map(({ settings }) => str(settings["trust_domain"])));
        const clusters = new Set(
            servers.flatMap((server) => {
                const attestor = pluginOf(server, "NodeAttestor", "k8s_psat");
                return attestor === undefined ? [] : clustersOf(attestor).map(([name]) => name);
            }),
        );
        const users = [
            ...agents.map((agent) => ({
                object: agent.object,
                path: agent.path,
                domain: ["agent.trust_domain", str(agent.settings["trust_domain"])],
                cluster: ["plugins.NodeAttestor.k8s_psat.cluster", clusterOf(agent)],
            })),
            ...managerConfigs(stack).map(({ object, path, trustDomain, clusterName }) => ({
                object,
                path,
                domain: ["trustDomain", trustDomain],
                cluster: ["clusterName", clusterName],
            })),
        ];
        for (const { object, path, domain, cluster } of users) {
            for (const [[at, name], known, what] of [
                [domain, domains, "trust domain"],
                [cluster, clusters, "cluster"],
            ] as const) {
                if (name !== undefined && name !== "" && !known.has(name)) {
                    const there = [...known].map((entry) => `"${entry}"`).join(", ") || "none";
                    yield {
                        object,
                        path,
                        message: `${path}: ${at} is "${name}", but the server's ${what} is ${there}. Use one name.`,
                    };
                }
            }
        }
    },
    admission: { none: "It compares several objects." },
});
