import { API_MINOR, METADATA_TYPE } from "./api";
import { typeFaults } from "./api-faults";
import type { Body, KubeObject } from "./kube";
import { kubeObjects, list, obj, str } from "./kube";
import { completed, schemaFaults } from "./schema";
import { UnreadablePattern } from "./go-pattern";
import type { Ruled } from "./schema-rules";
import { ruledBy } from "./schema-rules";
import type { Stack } from "./stack";
import { ifKnown } from "./unknown";

/** One version that a CustomResourceDefinition serves. */
interface ServedVersion {
    readonly name: string;
    /** An empty object where the definition has none: then anything fits. */
    readonly schema: Body;
    /** Its status is a resource of its own, which an applied object does not set. */
    readonly ownsStatus: boolean;
}

/** Says whether an object defines a custom kind. */
export function isDefinition({ group, kind }: KubeObject): boolean {
    return group === "apiextensions.k8s.io" && kind === "CustomResourceDefinition";
}

/** What a definition defines, as `group/Kind`; undefined where it says no group, no kind or no version. */
export function definedBy({ body }: KubeObject): string | undefined {
    const { group, names, versions } = obj(ifKnown(() => body["spec"]));
    const kind = str(obj(names)["kind"]);
    const isWhole =
        str(group) !== "" && kind !== "" && list(versions).some((version) => str(obj(version)["name"]) !== "");
    return isWhole ? `${str(group)}/${kind}` : undefined;
}

/**
 * The versions that definitions serve, by `group/Kind`. A definition of the stack comes before one that is only known: it is
 * what will be in force.
 */
export function definitionsOf(stack: Stack): ReadonlyMap<string, readonly ServedVersion[]> {
    const found = new Map<string, readonly ServedVersion[]>();
    const known = stack.definitions.flatMap((resource) => kubeObjects(resource));
    for (const { body } of [...known, ...stack.ofKind("CustomResourceDefinition")].filter(isDefinition)) {
        const spec = obj(ifKnown(() => body["spec"]));
        const kind = str(obj(spec["names"])["kind"]);
        if (kind !== "") {
            const versions = list(spec["versions"])
                .map(obj)
                .filter(({ served }) => served === true)
                .map((version) => ({
                    name: str(version["name"]),
                    schema: obj(obj(version["schema"])["openAPIV3Schema"]),
                    ownsStatus: obj(version["subresources"])["status"] !== undefined,
                }));
            found.set(`${str(spec["group"])}/${kind}`, versions);
        }
    }
    return found;
}

/** What is wrong with a custom resource by its definition, and what of it could not be judged. */
export function definitionFaults({ schema, ownsStatus }: ServedVersion, { body, prefix }: KubeObject): Ruled {
    if (Object.keys(schema).length === 0) {
        return { faults: [], notJudged: [] };
    }
    const metadata = ifKnown(() => body["metadata"]);
    const { value, dropped } = completed(schema, body, prefix);
    const path = prefix.replace(/\.$/, "");
    const unfit = [...dropped, ...typeFaults(METADATA_TYPE, metadata, `${prefix}metadata.`, API_MINOR)].map(
        (fault) => ({
            ...fault,
            needsWhole: false,
        }),
    );
    // The API server takes the status off what is created where that is a resource of its own.
    const { status, ...rest } = obj(value);
    const applied = ownsStatus || status === undefined ? rest : { ...rest, status };
    try {
        const faults = [...schemaFaults(schema, applied, path)];
        // It asks the rules only of what fits the schema.
        const ruled = faults.length > 0 ? { faults, notJudged: [] } : ruledBy(schema, applied, path);
        return { faults: [...unfit, ...ruled.faults], notJudged: ruled.notJudged };
    } catch (error) {
        if (error instanceof UnreadablePattern) {
            return { faults: unfit, notJudged: [error.message] };
        }
        throw error;
    }
}
