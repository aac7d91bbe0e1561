import { noPersistentVolumeCreation } from "../../../../policies/controls/rbac/no-persistent-volume-creation";
import { describeGrants } from "../../../support/rbac";

describeGrants(noPersistentVolumeCreation, {
    clusterScoped: true,
    refused: {
        "create on persistentvolumes": [
            { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["create", "get"] },
            "rules[0] grants create on persistentvolumes. Let a StorageClass provision volumes.",
        ],
    },
    allowed: {
        "creating claims": { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["create"] },
        "reading volumes": { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "list"] },
    },
});
