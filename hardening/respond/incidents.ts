import type { Decision, Incident, KubernetesObject } from "@x0tta6bl4/responder";
import { DamagedIncidentError, decisionsOf, fromResource, KINDS } from "@x0tta6bl4/responder";

import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import { ApiClient, ApiError } from "../sources/cluster/client";
import type { Connection } from "../sources/cluster/kubeconfig";

/** Incidents asked for at a time: each has some kilobytes. */
const PAGE = 200;
/** Somebody else may decide at the same moment; so often a decision is made anew. */
const ATTEMPTS = 5;

/** An incident as it is in the cluster; `fault` says why one can't be read. */
export type Found =
    { readonly name: string; readonly incident: Incident } | { readonly name: string; readonly fault: string };

/** SecurityIncidents of one namespace, and people's decisions about them: nothing else is read or written. */
export class IncidentClient extends ApiClient {
    private readonly path: string;

    constructor(connection: Connection, namespace: string) {
        super(connection);
        const { apiVersion, resource } = KINDS.SecurityIncident;
        this.path = `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/${resource}`;
    }

    /** @throws {ApiError} with the server's reason, such as that the caller may not see them */
    async list(): Promise<readonly Found[]> {
        const found: Found[] = [];
        let next = "";
        do {
            const page = await this.askJson(`${this.path}?limit=${PAGE}&continue=${encodeURIComponent(next)}`, {
                method: "GET",
            });
            found.push(...list(page["items"]).flatMap((item) => (isObj(item) ? [readIncident(item)] : [])));
            next = str(obj(page["metadata"])["continue"]);
        } while (next !== "");
        return found;
    }

    /** @throws {ApiError} 404 where there is none of that name */
    async get(name: string): Promise<Found> {
        return readIncident(await this.object(name));
    }

    /**
     * Adds a decision in the caller's own name; the API server's admission lets nobody decide in another's. One that is made
     * at the same time by somebody else is kept.
     *
     * @throws {ApiError} with the server's reason, such as that the caller may not decide
     */
    async decide(name: string, verdict: Decision["verdict"], action: string | undefined): Promise<Decision> {
        const by = await this.whoAmI();
        for (let attempt = 1; ; attempt++) {
            const object = await this.object(name);
            const decisions = decisionsOf(object as unknown as KubernetesObject);
            const decision = { id: decisions.length, verdict, by, ...(action !== undefined && { action }) };
            const { resourceVersion } = obj(object["metadata"]);
            try {
                await this.askJson(this.pathOf(name), {
                    method: "PATCH",
                    body: { metadata: { resourceVersion }, spec: { decisions: [...decisions, decision] } },
                });
                return decision;
            } catch (error) {
                if (!(error instanceof ApiError) || error.status !== 409 || attempt === ATTEMPTS) {
                    throw error;
                }
            }
        }
    }

    /** The caller's name, as the API server knows it. */
    private async whoAmI(): Promise<string> {
        const apiVersion = "authentication.k8s.io/v1";
        const answer = await this.askJson(`/apis/${apiVersion}/selfsubjectreviews`, {
            method: "POST",
            body: { apiVersion, kind: "SelfSubjectReview" },
        });
        return str(obj(obj(answer["status"])["userInfo"])["username"]);
    }

    private object(name: string): ReturnType<IncidentClient["askJson"]> {
        return this.askJson(this.pathOf(name), { method: "GET" });
    }

    private pathOf(name: string): string {
        return `${this.path}/${encodeURIComponent(name)}`;
    }
}

function readIncident(item: Readonly<Record<string, unknown>>): Found {
    const name = str(obj(item["metadata"])["name"]);
    try {
        const read = fromResource(item as unknown as KubernetesObject);
        return read === undefined ? { name, fault: "nothing is written in it yet" } : { name, incident: read.incident };
    } catch (error) {
        if (error instanceof DamagedIncidentError) {
            return { name, fault: error.message.replace(/\s+/g, " ") };
        }
        throw error;
    }
}
