import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";

interface Claim {
    readonly object: KubeObject;
    readonly path: string;
    readonly spec: Body;
    readonly metadata: Body;
}

/** The way to name a class before the field came; where it is there, it goes before the field. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** The claims of a stack: of their own, and in the templates of StatefulSets and of pods' ephemeral volumes. */
function claimsOf(stack: Stack): readonly Claim[] {
    return [
        ...stack
            .ofKind("PersistentVolumeClaim")
            .map((object) => ({ object, path: `${object.prefix}spec`, ...partsOf(object.body) })),
        ...stack.ofKind("StatefulSet").flatMap((object) =>
            list(obj(object.body["spec"])["volumeClaimTemplates"]).map((template, index) => ({
                object,
                path: `${object.prefix}spec.volumeClaimTemplates[${index}].spec`,
                ...partsOf(obj(template)),
            })),
        ),
        ...stack.pods().flatMap((pod) =>
            list(pod.spec["volumes"]).flatMap((volume, index) => {
                const template = obj(obj(obj(volume)["ephemeral"])["volumeClaimTemplate"]);
                return "spec" in template
                    ? [
                          {
                              object: pod.object,
                              path: `${pod.prefix}volumes[${index}].ephemeral.volumeClaimTemplate.spec`,
                              ...partsOf(template),
                          },
                      ]
                    : [];
            }),
        ),
    ];
}

function partsOf(claim: Body): Pick<Claim, "spec" | "metadata"> {
    return { spec: obj(claim["spec"]), metadata: obj(claim["metadata"]) };
}

export const claimsNameTheirStorage = stackControl({
    name: "claims-name-their-storage",
    description: "Every volume claim names its storage class and its size.",
    why: "Left to the cluster's default, the data may land on storage without encryption, replicas or snapshots.",
    severity: "low",
    // A cluster's default class is often the right one.
    enforcement: "advisory",
    covers: ["rel.storage"],
    frameworks: [...nist("SC-28", "CP-9")],
    remediation: "Set storageClassName and resources.requests.storage.",
    profiles: [],
    params: {
        classes: {
            type: "array",
            items: { type: "string" },
            description: "The storage classes to allow; any where empty.",
            default: [],
        },
        classInStack: {
            type: "boolean",
            description: "Whether the class must be an object of the stack.",
            default: false,
        },
    },
    admission: { none: "A cluster may have a default class, which the API server then writes in." },
    *check(stack, { params, each }) {
        yield* each(
            claimsOf(stack),
            ({ object }) => object,
            function* ({ object, path, spec, metadata }): Iterable<StackFault> {
                const name = obj(metadata["annotations"])[CLASS_ANNOTATION] ?? spec["storageClassName"];
                const where = `${path}.storageClassName`;
                // A claim on one particular volume needs no class.
                const bound = str(spec["volumeName"]) !== "";
                if (typeof name !== "string") {
                    if (!bound) {
                        yield { object, path: where, message: `${where} is not set. Name a class.`, absent: true };
                    }
                } else if (params.classes.length > 0 && !params.classes.includes(name)) {
                    yield {
                        object,
                        path: where,
                        message: `${where} is "${name}". Name one of ${params.classes.join(", ")}.`,
                    };
                } else if (params.classInStack && stack.find("StorageClass", "", name) === undefined) {
                    yield {
                        object,
                        path: where,
                        message: `${where} is "${name}", and the stack has no StorageClass of this name. Name one that exists.`,
                    };
                }
                const size = `${path}.resources.requests.storage`;
                if (obj(obj(spec["resources"])["requests"])["storage"] === undefined) {
                    yield { object, path: size, message: `${size} is not set. Set it.`, absent: true };
                }
            },
        );
    },
});
