import { Foundation } from "@x0tta6bl4/foundation";

new Foundation("security", {
    cluster: { name: "shop", apiServer: { cidrs: ["10.0.0.0/28"] } },
    spire: {
        trustDomain: "trust.acme.io",
        clusterName: "shop",
        server: { replicas: 1, dataStore: { type: "sqlite" } },
        agent: { kubelet: { cidrs: ["10.0.1.0/24"] } },
    },
    falco: { sidekick: { egress: { cidrs: ["203.0.113.0/28"] } } },
    monitoring: { selectorLabels: { team: "shop" }, runbooks: "https://runbooks.example.org" },
});
