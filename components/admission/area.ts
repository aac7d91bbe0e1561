import { controls } from "../../policies/controls";
import { selectControls } from "../../policies/engine/profiles";
import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { Admission } from "./admission";
import { admissionFaults } from "./policies";
import type { AdmissionSettings } from "./settings";
import { admissionSettings } from "./settings";
import { signatureFaults } from "./signatures";

export interface AdmissionConfig {
    readonly admission: AdmissionSettings;
    readonly cluster: ClusterSettings;
}

export const admissionArea = area({
    key: "admission",
    description:
        "What the cluster does with objects that break a control, and who has to have signed what runs there (docs/foundation.md)",
    settings: admissionSettings,
    faults: ({ admission }: AdmissionConfig, path, foundation) => [
        ...admissionFaults(admission, selectControls(controls, "x0tta6bl4")).map((fault) => `${path}.${fault}`),
        ...signatureFaults(admission.signatures, foundation, `${path}.signatures`),
    ],
    // It would otherwise judge the stack's own objects out of order.
    after: ["platform", "spire"],
    deploy: ({ admission: settings, cluster }: AdmissionConfig, stage) => {
        const { namespaces, exceptions } = stage.foundation;
        const admitted = [...exceptions, ...stage.risks];
        const args = { settings, namespaces, admitted, namespacedOnly: cluster.foundation !== undefined };
        return { resources: [new Admission("admission", args, stage.options())] };
    },
});
