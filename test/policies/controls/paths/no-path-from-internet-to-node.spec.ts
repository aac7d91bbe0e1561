import { strict as assert } from "node:assert";

import { noPathFromInternetToNode as control } from "../../../../policies/controls/paths/no-path-from-internet-to-node";
import { faultsOf, messagesOf } from "../../../support/controls";
import { object, pod } from "../../paths/manifests";

const published = object("v1", "Service", "web", { spec: { type: "LoadBalancer", selector: { app: "web" } } });
const privileged = pod({}, { securityContext: { privileged: true } });

describe("no-path-from-internet-to-node", () => {
    it("refuses a published pod that can leave its container, and names the whole path at the field that lets it", () => {
        assert.deepEqual(
            faultsOf(control, [published, privileged]).map(({ path, message }) => [path, message]),
            [
                [
                    "spec.containers[0].securityContext.privileged",
                    "the Internet -> Service shop/web -> Pod shop/web -> a node. The attacker can leave a privileged container: " +
                        "mount the node's disk, load a kernel module, or have the kernel start a program (privileged-container). " +
                        "Unset securityContext.privileged and add only the capabilities that the program needs.",
                ],
            ],
        );
    });

    it("refuses each way out on its own", () => {
        const host = pod({ hostPID: true }, { securityContext: { procMount: "Unmasked", privileged: false } });
        const other = pod({}, { securityContext: { privileged: true } }, { name: "other", labels: { app: "web" } });
        assert.deepEqual(
            faultsOf(control, [published, host, other]).map(({ path }) => path),
            ["spec.containers[0].securityContext.privileged", "spec.containers[0].securityContext.procMount"],
        );
    });

    it("names each way in, also one that is not the shortest", () => {
        const web = pod({}, { securityContext: { privileged: true }, ports: [{ containerPort: 1, hostPort: 1 }] });
        assert.deepEqual(
            faultsOf(control, [published, web]).map(({ path }) => path),
            ["spec.containers[0].securityContext.privileged", "spec.type"],
        );
    });

    it("allows a privileged pod that nobody outside reaches, and a published one that can't leave", () => {
        assert.deepEqual(messagesOf(control, [privileged]), []);
        assert.deepEqual(messagesOf(control, [published, pod()]), []);
    });
});
