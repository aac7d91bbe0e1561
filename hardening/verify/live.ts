import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import type { ReadOnlyClient } from "../sources/cluster/client";
import type { ControlPlaneSide } from "./control-plane-side";
import type { Workload } from "./expected";
import { nameOf } from "./expected";

/** Somebody who acts in a cluster, as RBAC knows them. */
export interface Subject {
    readonly user: string;
    readonly groups: readonly string[];
}

/** One action on a resource. An empty namespace means all of them, or a resource that has none. */
export interface Action {
    readonly verb: string;
    readonly group: string;
    /** Plural, with the subresource: `pods/exec`. */
    readonly resource: string;
    readonly namespace: string;
}

/** What the checks may ask of a live cluster. Nothing here changes anything. Every method rejects with an ApiError. */
export interface Live {
    /** All objects of a kind, in one namespace or in all. */
    objects(base: string, plural: string, namespace?: string): Promise<readonly Body[]>;
    /** The last lines of a container's log. */
    log(namespace: string, pod: string, container: string, lines: number): Promise<string>;
    /** What a pod answers to a GET, through the API server's proxy. */
    podText(namespace: string, pod: string, port: number, path: string): Promise<string>;
    /** What a service answers to a GET, through the API server's proxy. */
    serviceText(namespace: string, service: string, port: number, path: string): Promise<string>;
    /** What the API server itself answers to a GET. */
    serverText(path: string): Promise<string>;
    allowed(subject: Subject, action: Action): Promise<boolean>;
    /** What is to be seen behind the API server. */
    readonly side: ControlPlaneSide;
}

/** A workload of the stack as it is in the cluster, with its status; undefined where it is not there. */
export async function liveWorkload({ kind, namespace, name }: Workload, live: Live): Promise<Body | undefined> {
    const found = await live.objects("/apis/apps/v1", `${kind.toLowerCase()}s`, namespace);
    return found.find((object) => nameOf(object) === name);
}

const PAGE = 500;

/** A cluster behind its API server. */
export class LiveCluster implements Live {
    constructor(
        private readonly client: ReadOnlyClient,
        public readonly side: ControlPlaneSide = {},
    ) {}

    public async objects(base: string, plural: string, namespace?: string): Promise<readonly Body[]> {
        const path =
            namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${segment(namespace)}/${plural}`;
        const found: Body[] = [];
        let token = "";
        do {
            const next = token === "" ? "" : `&continue=${segment(token)}`;
            const page = await this.client.get(`${path}?limit=${PAGE}${next}`);
            found.push(...list(page["items"]).filter(isObj));
            token = str(obj(page["metadata"])["continue"]);
        } while (token !== "");
        return found;
    }

    public async log(namespace: string, pod: string, container: string, lines: number): Promise<string> {
        const path = `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log`;
        return this.client.text(`${path}?container=${segment(container)}&tailLines=${lines}`);
    }

    public async podText(namespace: string, pod: string, port: number, path: string): Promise<string> {
        return this.client.text(`/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}:${port}/proxy${path}`);
    }

    public async serviceText(namespace: string, service: string, port: number, path: string): Promise<string> {
        const base = `/api/v1/namespaces/${segment(namespace)}/services/${segment(service)}:${port}`;
        return this.client.text(`${base}/proxy${path}`);
    }

    public async serverText(path: string): Promise<string> {
        return this.client.text(path);
    }

    public async allowed({ user, groups }: Subject, action: Action): Promise<boolean> {
        const [resource = "", subresource = ""] = action.resource.split("/");
        const { verb, group, namespace } = action;
        const resourceAttributes = { verb, group, resource, subresource, namespace };
        const review = await this.client.review("SubjectAccessReview", { user, groups, resourceAttributes });
        return obj(review["status"])["allowed"] === true;
    }
}

function segment(text: string): string {
    return encodeURIComponent(text);
}
