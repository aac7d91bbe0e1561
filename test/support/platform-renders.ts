import { isDeepStrictEqual } from "node:util";

import { toYaml } from "../../components/yaml";
import { unwrap } from "../../hardening/sources/program/values";
import { isObj, obj, str } from "../../policies/kubernetes/kube";
import { PLATFORM_NAMES } from "../../policies/platforms";
import type { Raw } from "./stranger";
import { objectsOf, strangers } from "./stranger";

/** The cases of the golden file: settings of the cluster by what they are called. */
export const RENDERED: Readonly<Record<string, Raw>> = {
    ...Object.fromEntries(
        PLATFORM_NAMES.filter((name) => name !== "generic").map((platform) => [platform, { platform }]),
    ),
    "generic, cilium": { networkEngine: "cilium" },
    "generic, calico": { networkEngine: "calico" },
};

/** The stranger's settings with some of the cluster. */
export function onCluster(cluster: Raw): Raw {
    const settings = strangers("sienna");
    // Where names are resolved is the platform's to say.
    return { ...settings, cluster: { ...obj(settings["cluster"]), dns: {}, ...cluster } };
}

/** Of a file that a pod reads at its start. */
const CHECKSUM = /^[0-9a-f]{64}$/;

type Objects = ReadonlyMap<string, unknown>;

/** The objects of a stack, by kind and name. */
export async function renderOf(cluster: Raw): Promise<Objects> {
    const objects = await objectsOf(onCluster(cluster));
    return new Map(
        objects.map(({ inputs }) => {
            const { props } = unwrap(inputs);
            const { namespace, name } = obj(props["metadata"]);
            const place = namespace === undefined ? "" : `${str(namespace)}/`;
            return [`${str(props["kind"])} ${place}${str(name)}`, props];
        }),
    );
}

/** What differs: objects that are only there or only here, and of the others each value. */
function differences(generic: Objects, other: Objects): Raw {
    const added = [...other].filter(([id]) => !generic.has(id));
    const changed = [...other].flatMap(([id, object]) => {
        const before = generic.get(id);
        const found = before === undefined ? [] : valuesThatDiffer(before, object, "");
        return found.length === 0 ? [] : [[id, Object.fromEntries(found)] as const];
    });
    return {
        added: Object.fromEntries(added),
        changed: Object.fromEntries(changed),
        removed: [...generic.keys()].filter((id) => !other.has(id)),
    };
}

function valuesThatDiffer(before: unknown, after: unknown, path: string): readonly (readonly [string, unknown])[] {
    if (isDeepStrictEqual(before, after)) {
        return [];
    }
    if (isObj(before) && isObj(after)) {
        const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
        return keys.flatMap((key) => valuesThatDiffer(before[key], after[key], path === "" ? key : `${path}.${key}`));
    }
    if (CHECKSUM.test(String(before)) && CHECKSUM.test(String(after))) {
        // Of what is here itself.
        return [];
    }
    if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
        return before.flatMap((value, index) => valuesThatDiffer(value, after[index] as unknown, `${path}[${index}]`));
    }
    if (typeof before === "string" && typeof after === "string" && before.includes("\n")) {
        const [was, is] = [before.split("\n"), after.split("\n")];
        return [
            [path, { from: was.filter((line) => !is.includes(line)), to: is.filter((line) => !was.includes(line)) }],
        ];
    }
    return [[path, { from: before ?? null, to: after ?? null }]];
}

/** The golden file: of each case, what differs from the generic platform. */
export async function goldenText(): Promise<string> {
    const generic = await renderOf({});
    const cases: [string, Raw][] = [];
    for (const [name, cluster] of Object.entries(RENDERED)) {
        cases.push([name, differences(generic, await renderOf(cluster))]);
    }
    return `# What a stack has otherwise than on the generic platform. Written by npm run platforms:golden; a change of it is reviewed.\n${toYaml(Object.fromEntries(cases))}`;
}
