import { load, YAMLException } from "js-yaml";

import type { ObjectControl, StackFault } from "../../engine/control";
import { defaultParams } from "../../engine/control";
import type { KubeObject } from "../../kubernetes/kube";
import { isObj, kubeObjects, obj, str } from "../../kubernetes/kube";
import { typeToken } from "../../kubernetes/resource";
import type { Stack } from "../../kubernetes/stack";

/** A file that a ConfigMap carries, read as the object it describes. */
export interface CarriedFile {
    readonly configMap: KubeObject;
    /** E.g. `data["audit-policy.yaml"]`. */
    readonly path: string;
    readonly object: KubeObject;
}

/** The files of a kind that the ConfigMaps of a stack carry. What is no YAML, or something else, is passed over. */
export function carriedFiles(stack: Stack, apiGroup: string, kind: string): readonly CarriedFile[] {
    return stack.ofKind("ConfigMap").flatMap((configMap) =>
        Object.entries(obj(configMap.body["data"])).flatMap(([key, text]) => {
            if (typeof text !== "string" || !text.includes(kind)) {
                return [];
            }
            const body = parsed(text);
            const apiVersion = str(body["apiVersion"]);
            if (body["kind"] !== kind || !apiVersion.startsWith(`${apiGroup}/`)) {
                return [];
            }
            const { source, document } = configMap.resource;
            const path = `${configMap.prefix}data["${key}"]`;
            return kubeObjects({ source, document, type: typeToken(apiVersion, kind), props: body }).map((object) => ({
                configMap,
                path,
                object,
            }));
        }),
    );
}

/** What a control finds wrong with a carried file, as faults of the ConfigMap. */
export function* faultsInFile({ configMap, path, object }: CarriedFile, control: ObjectControl): Iterable<StackFault> {
    for (const fault of control.check(object, { params: defaultParams(control) })) {
        yield { object: configMap, path, message: `in ${path}: ${fault.message}` };
    }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
    try {
        const content = load(text);
        return isObj(content) ? content : {};
    } catch (error) {
        if (error instanceof YAMLException) {
            return {};
        }
        throw error;
    }
}
