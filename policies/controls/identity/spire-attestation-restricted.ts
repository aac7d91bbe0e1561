import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, strings } from "../../kubernetes/kube";
import { clustersOf, spireConfigControl } from "./spire";

export const spireAttestationRestricted = spireConfigControl({
    name: "spire-attestation-restricted",
    description: "SPIRE servers attest only named service accounts, by tokens issued for them.",
    why: "A token for the API server that any pod holds would otherwise make its pod an agent, which is told the keys of workloads.",
    severity: "critical",
    covers: [],
    frameworks: [...mitre("T1528", "T1552"), ...nist("IA-3", "AC-6"), ...soc2("CC6.1"), ...checklist("ZT-7")],
    remediation:
        "Name the agents' service account in service_account_allow_list and leave audience at its default, spire-server.",
    profiles: ["x0tta6bl4"],
    role: "server",
    *check({ plugins }) {
        for (const plugin of plugins.filter(({ type, name }) => type === "NodeAttestor" && name === "k8s_psat")) {
            const clusters = clustersOf(plugin);
            if (clusters.length === 0) {
                yield { at: `${plugin.at}.clusters`, says: "names no cluster, so no agent can attest. Name this one." };
            }
            for (const [name, cluster] of clusters) {
                const at = `${plugin.at}.clusters.${name}`;
                const accounts = strings(cluster["service_account_allow_list"]);
                if (accounts.length === 0) {
                    yield {
                        at: `${at}.service_account_allow_list`,
                        says: "is empty. Name the agents' service account.",
                    };
                }
                for (const account of accounts.filter((entry) => !/^[^:*\s]+:[^:*\s]+$/.test(entry))) {
                    yield {
                        at: `${at}.service_account_allow_list`,
                        says: `holds "${account}". Name a namespace and a service account, such as spire:spire-agent.`,
                    };
                }
                if (cluster["audience"] !== undefined && list(cluster["audience"]).length === 0) {
                    yield {
                        at: `${at}.audience`,
                        says: "is empty, which accepts tokens meant for the API server. Remove it or set spire-server.",
                    };
                }
            }
        }
    },
});
