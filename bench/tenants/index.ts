import * as pulumi from "@pulumi/pulumi";

import { GuardedNamespace } from "../../components/namespace";
import { Workload } from "../../components/workload";

/** As many tenants as the stack says: what a platform team would deploy for each with this project's components. */
const count = new pulumi.Config().requireNumber("count");

for (let index = 1; index <= count; index++) {
    const name = `tenant-${String(index).padStart(4, "0")}`;
    const home = new GuardedNamespace(name, { namespace: name, owner: name });
    new Workload(name, {
        app: "web",
        namespace: home.namespaceName,
        image: `registry.example.org/tenants/web:1.0.0@sha256:${"0".repeat(64)}`,
        version: "1.0.0",
        port: 8080,
        metricsPath: "/metrics",
        replicas: { minimum: 2, maximum: 4 },
        resources: { cpuRequest: "50m", cpuLimit: "100m", memoryRequest: "64Mi", memoryLimit: "128Mi" },
        owner: name,
    });
}
