import type { Body } from "../../policies/kubernetes/kube";
import { STACK_ANNOTATION } from "../../policies/kubernetes/foundation";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import { nameOf, namespaceOf } from "../verify/expected";
import type { Answer, Asked, Patient, Question } from "./question";
import { missing, ok, unknown } from "./question";

/** A kind of the API, as objects name it. */
interface Kind {
    readonly apiVersion: string;
    readonly kind: string;
}

/** A kind as the API server serves it. */
interface Served {
    readonly plural: string;
    readonly namespaced: boolean;
}

const keyOf = ({ apiVersion, kind }: Kind): string => `${kind} of ${apiVersion}`;

function kindsOf(objects: readonly Body[]): readonly Kind[] {
    const all = objects.map((object) => ({ apiVersion: str(object["apiVersion"]), kind: str(object["kind"]) }));
    return [...new Map(all.map((kind) => [keyOf(kind), kind])).values()];
}

const baseOf = (apiVersion: string): string =>
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** The kinds among some that the API server serves, by {@link keyOf}. */
async function served(cluster: Asked, kinds: readonly Kind[]): Promise<ReadonlyMap<string, Served>> {
    const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
    const found = await Promise.all(
        versions.map(async (apiVersion) =>
            list((await cluster.get(baseOf(apiVersion)))?.["resources"])
                .filter(isObj)
                .filter((resource) => !str(resource["name"]).includes("/"))
                .map(
                    (resource) =>
                        [
                            keyOf({ apiVersion, kind: str(resource["kind"]) }),
                            { plural: str(resource["name"]), namespaced: resource["namespaced"] === true },
                        ] as const,
                ),
        ),
    );
    return new Map(found.flat());
}

/** The kinds that the stack's own definitions bring, by {@link keyOf}, as they will be served. */
function brought(objects: readonly Body[]): ReadonlyMap<string, Served> {
    const specs = objects.filter(({ kind }) => kind === "CustomResourceDefinition").map(({ spec }) => obj(spec));
    return new Map(
        specs.flatMap((spec) => {
            const { kind, plural } = obj(spec["names"]);
            const resource = { plural: str(plural), namespaced: spec["scope"] === "Namespaced" };
            return list(spec["versions"])
                .filter(isObj)
                .map(({ name }): [string, Served] => [
                    keyOf({ apiVersion: `${str(spec["group"])}/${str(name)}`, kind: str(kind) }),
                    resource,
                ]);
        }),
    );
}

const kinds: Question<Patient> = {
    name: "kinds-served",
    title: "Every kind that the stack has objects of is served",
    remedy: "Install what defines it, or leave out what needs it: docs/foundation.md, “What the cluster must bring”.",
    async ask(cluster, { objects }) {
        const own = brought(objects);
        const foreign = kindsOf(objects).filter((kind) => !own.has(keyOf(kind)));
        const there = await served(cluster, foreign);
        return foreign.map((kind) =>
            there.has(keyOf(kind)) ? ok(keyOf(kind), "is served") : missing(keyOf(kind), "is not served"),
        );
    },
};

const namespaces: Question<Patient> = {
    name: "namespaces-there",
    title: "Every namespace is there that the stack uses and doesn't make",
    remedy: "Make the namespace, or name the right one in the settings.",
    async ask(cluster, { objects }) {
        const own = objects.filter(({ kind }) => kind === "Namespace").map(nameOf);
        const used = new Set(objects.map(namespaceOf).filter((name) => name !== "" && !own.includes(name)));
        return Promise.all(
            [...used].sort().map(async (name) => {
                const found = await cluster.get(`/api/v1/namespaces/${name}`);
                return found === undefined
                    ? missing(`Namespace ${name}`, "is not there")
                    : ok(`Namespace ${name}`, "is there");
            }),
        );
    },
};

/** Who has written an object: Pulumi's provider names itself in all that it applies. */
const PULUMI = /^pulumi-/;

/** The stack that an object says it belongs to, which namespaces do; empty where it says nothing. */
const ownerOf = (object: Body): string => str(obj(obj(object["metadata"])["annotations"])[STACK_ANNOTATION]);

const ANOTHER = `Choose another name or cluster, or have the other stack destroyed first; what was this stack's before it said so gets the annotation ${STACK_ANNOTATION}.`;

const conflicts: Question<Patient> = {
    name: "nothing-in-the-way",
    title: "Nothing is there already that the stack makes for the whole cluster",
    remedy: "Adopt it (`pulumi import`), remove it with what it came with, or set another name: two owners undo each other's changes.",
    async ask(cluster, { objects }) {
        const wide = objects.filter((object) => namespaceOf(object) === "" && nameOf(object) !== "");
        const there = await served(cluster, kindsOf(wide));
        const answers = await Promise.all(
            wide.map(async (object) => {
                const apiVersion = str(object["apiVersion"]);
                const resource = there.get(keyOf({ apiVersion, kind: str(object["kind"]) }));
                if (resource === undefined || resource.namespaced) {
                    return [];
                }
                const subject = `${str(object["kind"])} ${nameOf(object)}`;
                const found = await cluster.get(`${baseOf(apiVersion)}/${resource.plural}/${nameOf(object)}`);
                if (found === undefined) {
                    return [];
                }
                const managers = list(obj(found["metadata"])["managedFields"])
                    .filter(isObj)
                    .map((one) => str(one["manager"]));
                if (!managers.some((manager) => PULUMI.test(manager))) {
                    return [missing(subject, `is there, written by ${managers.join(", ") || "nobody who says so"}`)];
                }
                const [owner, own] = [ownerOf(found), ownerOf(object)];
                return own === owner
                    ? []
                    : [
                          missing(
                              subject,
                              `is there, and ${owner === "" ? "says of no stack that it is its own" : `belongs to the stack ${owner}`}`,
                              ANOTHER,
                          ),
                      ];
            }),
        );
        const found = answers.flat();
        return found.length > 0
            ? found
            : wide.length === 0
              ? []
              : [ok("cluster", `holds none of ${wide.length} names, or holds them from Pulumi`)];
    },
};

const INSTALL_FIRST = "Install what defines it, and ask again.";

const rights: Question<Patient> = {
    name: "rights-held",
    title: "Whoever asks may make what the stack has",
    remedy: "Deploy as somebody who may: rights over cluster-wide objects and roles are an administrator's.",
    async ask(cluster, { objects }) {
        const all = kindsOf(objects);
        // Rights may be asked about before a kind is served; how it is called must be known.
        const known = new Map([...brought(objects), ...(await served(cluster, all))]);
        return Promise.all(
            all.map(async (kind) => {
                const resource = known.get(keyOf(kind));
                return resource === undefined
                    ? unknown(keyOf(kind), "is not served, so that nobody says who may make it", INSTALL_FIRST)
                    : may(cluster, kind, resource);
            }),
        );
    },
};

/** What `pulumi up` does with objects over time. */
const VERBS = ["get", "create", "patch", "delete"];

async function may(cluster: Asked, { apiVersion }: Kind, { plural }: Served): Promise<Answer> {
    const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
    const allowed = await Promise.all(VERBS.map(async (verb) => cluster.may(verb, group, plural)));
    const refused = VERBS.filter((_, index) => allowed[index] !== true);
    const subject = group === "" ? plural : `${plural}.${group}`;
    return refused.length === 0
        ? ok(subject, "may be made")
        : missing(subject, `may not be asked to ${refused.join(", ")}`);
}

/** What makes a class the default one: the API server goes by either. */
const DEFAULT_CLASS = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

const storage: Question<Patient> = {
    name: "volumes-provided",
    title: "Claims get volumes",
    remedy: "Mark a StorageClass as the default one, or set spire.server.storage.class.",
    async ask(cluster, { objects }) {
        const claims = objects
            .filter(({ kind }) => kind === "StatefulSet")
            .flatMap((set) => list(obj(set["spec"])["volumeClaimTemplates"]).filter(isObj))
            .map((claim) => str(obj(claim["spec"])["storageClassName"]));
        if (claims.length === 0) {
            return [];
        }
        const classes = await cluster.objects("/apis/storage.k8s.io/v1", "storageclasses");
        const isDefault = (one: Body): boolean =>
            DEFAULT_CLASS.some((annotation) => obj(obj(one["metadata"])["annotations"])[annotation] === "true");
        return [...new Set(claims)].map((name) => {
            const subject = name === "" ? "default StorageClass" : `StorageClass ${name}`;
            const there = classes.some((one) => (name === "" ? isDefault(one) : nameOf(one) === name));
            return there ? ok(subject, "is there") : missing(subject, "is not there");
        });
    },
};

/** What is asked for a stack. */
export const STACK_QUESTIONS: readonly Question<Patient>[] = [kinds, namespaces, conflicts, rights, storage];
