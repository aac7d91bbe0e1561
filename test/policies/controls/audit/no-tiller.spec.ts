import { noTiller } from "../../../../policies/controls/audit/no-tiller";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const HELM = { app: "helm", name: "tiller" };
const image = (name: string) => ({ container: { image: name } });

describeControl(noTiller, {
    refused: {
        "its image": {
            ...image("gcr.io/kubernetes-helm/tiller:v2.16.1"),
            message: `spec.containers[0].image is "gcr.io/kubernetes-helm/tiller:v2.16.1", the server of Helm 2. Remove it.`,
        },
        "its labels": {
            metadata: { name: "web", namespace: "shop", labels: HELM },
            message: "metadata.labels are those of Tiller, the server of Helm 2. Remove it.",
        },
        "its Service": {
            object: service({ selector: HELM }, { name: "helm" }),
            message: `spec.selector: Service "helm" leads to Tiller, the server of Helm 2. Remove it.`,
        },
        "a Service of its name": {
            object: service({}, { name: "tiller-deploy" }),
            message: `spec.selector: Service "tiller-deploy" leads to Tiller, the server of Helm 2. Remove it.`,
        },
    },
    allowed: {
        "another image": image("example.org/potato-tillers:1.0"),
        "another Service": { object: service() },
    },
});
