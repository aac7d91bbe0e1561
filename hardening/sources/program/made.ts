import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import { isObj, list, obj, str, strings } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import { typeToken } from "../../../policies/kubernetes/resource";
import { ifKnown } from "../../../policies/kubernetes/unknown";
import { reasonOf } from "../files";
import { readDocuments } from "../yaml";

/** Components of the Kubernetes provider that make objects out of what their inputs hold or name. */
const OF_TEXTS = /^kubernetes:yaml(?:\/v2)?:Config(?:File|Group)$/;
const OF_OTHERS: readonly (readonly [type: RegExp, reason: string])[] = [
    [/^kubernetes:helm\.sh\/v\d+:Chart$/, "the objects of a Helm chart are made by the provider and are not seen"],
    [
        /^kubernetes:kustomize(?:\/v2)?:Directory$/,
        "the objects of a kustomization are made by the provider and are not seen",
    ],
];

/**
 * What a resource without children of its own makes when it is deployed: the objects in its texts where they are at hand,
 * and a stand-in with the reason for what can't be seen.
 */
export function madeBy(resource: Resource, remote: boolean, directory: string): readonly Resource[] {
    const { type } = resource;
    const hidden = (opaque: string): Resource => ({ ...resource, props: {}, opaque });
    if (OF_TEXTS.test(type)) {
        return objectsOf(resource, directory, hidden);
    }
    const [, reason] = OF_OTHERS.find(([pattern]) => pattern.test(type)) ?? [];
    if (reason !== undefined) {
        return [hidden(reason)];
    }
    return remote ? [hidden("its children are made by the provider and are not seen")] : [];
}

function objectsOf(resource: Resource, directory: string, hidden: (reason: string) => Resource): readonly Resource[] {
    const known = ifKnown(() => {
        const { yaml, objs, files, file } = resource.props;
        const texts = typeof yaml === "string" ? [yaml] : strings(yaml);
        const paths = [
            ...(typeof files === "string" ? [files] : strings(files)),
            ...(str(file) === "" ? [] : [str(file)]),
        ];
        // Read through once, so that what is not known yet is found here and not by a control.
        return JSON.parse(JSON.stringify({ texts, paths, objs: list(objs) })) as Readonly<Record<string, unknown>>;
    });
    if (known === undefined) {
        return [hidden("its texts are not known before deployment")];
    }
    const texts = strings(known["texts"]).map((text) => ({ text, name: "yaml" }));
    const found: Resource[] = [];
    for (const path of strings(known["paths"])) {
        if (/^[a-z][a-z\d+.-]*:\/\//i.test(path)) {
            found.push(hidden(`the file ${path} is fetched when it is deployed and is not seen`));
            continue;
        }
        const matched = globSync(path, { cwd: directory });
        if (matched.length === 0) {
            found.push(hidden(`the file ${path} does not exist`));
        }
        for (const name of matched.sort()) {
            try {
                texts.push({ text: readFileSync(resolve(directory, name), "utf8"), name });
            } catch (error) {
                found.push(hidden(`the file ${name} ${reasonOf(error)}`));
            }
        }
    }
    for (const { text, name } of texts) {
        for (const { body, fault } of readDocuments(text)) {
            if (fault !== undefined) {
                found.push(hidden(`its ${name} can't be read: line ${fault.line ?? 1}: ${fault.message}`));
            } else if (body !== undefined) {
                found.push(objectOf(resource, body) ?? hidden(`its ${name} holds what is no Kubernetes object`));
            }
        }
    }
    const objects = list(known["objs"]).map(
        (body) => objectOf(resource, body) ?? hidden("its objs hold what is no Kubernetes object"),
    );
    const all = [...found, ...objects];
    return all.length === 0 ? [hidden("it names nothing to deploy")] : all;
}

function objectOf(resource: Resource, body: unknown): Resource | undefined {
    const { apiVersion, kind } = obj(body);
    return isObj(body) && typeof apiVersion === "string" && typeof kind === "string"
        ? { ...resource, type: typeToken(apiVersion, kind), props: body }
        : undefined;
}
