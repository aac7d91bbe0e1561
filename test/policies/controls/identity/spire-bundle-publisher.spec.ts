import { spireBundlePublisher } from "../../../../policies/controls/identity/spire-bundle-publisher";
import { describeControl } from "../../../support/control-suite";
import { pluginFile, serverFile } from "../../../support/spire-files";

describeControl(spireBundlePublisher, {
    refused: {
        "a Notifier": {
            object: serverFile({}, { Notifier: pluginFile("k8sbundle", { namespace: "spire" }) }),
            message:
                'data["server.conf"]: plugins.Notifier.k8sbundle is deprecated. Use a BundlePublisher such as k8s_configmap.',
        },
    },
    allowed: {
        "a BundlePublisher": { object: serverFile({}, { BundlePublisher: pluginFile("k8s_configmap", {}) }) },
        neither: { object: serverFile() },
    },
});
