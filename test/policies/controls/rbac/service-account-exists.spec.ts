import { serviceAccountExists } from "../../../../policies/controls/rbac/service-account-exists";
import { describeControl } from "../../../support/control-suite";
import { pod, serviceAccount } from "../../../support/objects";

const web = pod({}, { serviceAccountName: "web" });
const message = `spec.serviceAccountName is "web", but namespace "shop" has no such ServiceAccount in this stack. Add it.`;

describeControl(serviceAccountExists, {
    refused: {
        "an account that is not there": { pod: { serviceAccountName: "web" }, message },
        "an account that is there under another name": { stack: [web, serviceAccount("api")], message },
        "an account of another namespace": { stack: [web, serviceAccount("web", {}, "other")], message },
    },
    allowed: {
        "an account of the stack": { stack: [web, serviceAccount("web")] },
        "the default account, which every namespace has": { pod: { serviceAccountName: "default" } },
        "a pod that names none": {},
        "an account that the cluster brings": {
            metadata: { name: "web", namespace: "kube-system" },
            pod: { serviceAccountName: "cluster-dns" },
        },
    },
});
