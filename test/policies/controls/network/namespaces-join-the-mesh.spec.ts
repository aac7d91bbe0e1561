import { namespacesJoinTheMesh } from "../../../../policies/controls/network/namespaces-join-the-mesh";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

const message = "metadata.labels join no service mesh. Label or annotate the namespace for the mesh in use.";

describeControl(namespacesJoinTheMesh, {
    refused: {
        "a namespace that says nothing": { object: namespace("shop", { team: "shop" }), message },
        "a namespace that stays out": { object: namespace("shop", { "istio-injection": "disabled" }), message },
    },
    allowed: {
        "a namespace with Istio's sidecars": { object: namespace("shop", { "istio-injection": "enabled" }) },
        "a namespace with a revision of Istio": { object: namespace("shop", { "istio.io/rev": "1-24" }) },
        "a namespace in ambient mode": { object: namespace("shop", { "istio.io/dataplane-mode": "ambient" }) },
        "a namespace with Linkerd's proxies": { object: namespace("shop", {}, { "linkerd.io/inject": "enabled" }) },
    },
});
