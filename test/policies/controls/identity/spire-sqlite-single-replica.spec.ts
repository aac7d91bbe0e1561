import { spireSqliteSingleReplica } from "../../../../policies/controls/identity/spire-sqlite-single-replica";
import { describeControl } from "../../../support/control-suite";
import { pluginFile, serverFile } from "../../../support/spire-files";
import { IMAGE } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

const server = (spec: Manifest, volume: Manifest = { configMap: { name: "spire-server" } }): Manifest => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "spire-server", namespace: "spire" },
    spec: {
        ...spec,
        template: {
            spec: { containers: [{ name: "spire-server", image: IMAGE }], volumes: [{ name: "config", ...volume }] },
        },
    },
});

describeControl(spireSqliteSingleReplica, {
    refused: {
        "three replicas on one file": {
            stack: [serverFile(), server({ replicas: 3 })],
            message:
                "spec.replicas is 3, but ConfigMap spire-server keeps its data in sqlite. Set 1, or use PostgreSQL or MySQL.",
        },
        "two replicas that mount it by a projected volume": {
            stack: [
                serverFile(),
                server({ replicas: 2 }, { projected: { sources: [{ configMap: { name: "spire-server" } }] } }),
            ],
            message:
                "spec.replicas is 2, but ConfigMap spire-server keeps its data in sqlite. Set 1, or use PostgreSQL or MySQL.",
        },
    },
    allowed: {
        "one replica": { stack: [serverFile(), server({ replicas: 1 })] },
        "no word of replicas": { stack: [serverFile(), server({})] },
        "replicas that share a database": {
            stack: [
                serverFile({}, { DataStore: pluginFile("sql", { database_type: "postgres", connection_string: "x" }) }),
                server({ replicas: 3 }),
            ],
        },
        "replicas of something else": {
            stack: [serverFile(), server({ replicas: 3 }, { configMap: { name: "web" } })],
        },
    },
    unknown: { document: 1, path: "spec.replicas" },
});
