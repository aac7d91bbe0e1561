import { limited } from "../limited.js";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/objects.js";
import { isApiError, KINDS } from "../kubernetes/objects.js";
import type { Decision, Incident } from "../model.js";
import { decisionsOf, fromResource, toStatus } from "./resource.js";
import { SpecChanges } from "./spec-changes.js";
import type { IncidentStore } from "./store.js";
import { LeadershipLostError } from "./store.js";

const ATTEMPTS = 5;
/** Incidents that are read at once for their decisions. */
const AT_ONCE = 8;

interface Saved {
    readonly resourceVersion: string;
    readonly revision: number;
}

/**
 * Incidents as SecurityIncident resources in the responder's namespace. The status is ours, the spec is people's: a decision that
 * comes between two saves is no conflict, another writer of the status is.
 */
export class KubernetesIncidentStore implements IncidentStore {
    private readonly saved = new Map<string, Saved>();
    private readonly specs: SpecChanges;

    constructor(
        private readonly api: KubernetesApi,
        private readonly namespace: string,
    ) {
        this.specs = new SpecChanges(api, "SecurityIncident", namespace);
    }

    async load(): Promise<readonly Incident[]> {
        this.saved.clear();
        const found: Incident[] = [];
        for (const object of await this.api.list("SecurityIncident", { namespace: this.namespace })) {
            const read = fromResource(object);
            if (read !== undefined) {
                found.push(read.incident);
            }
            this.remember(object, read?.revision ?? 0);
            this.specs.read(object.metadata);
        }
        return found;
    }

    async save(incident: Incident): Promise<void> {
        for (let attempt = 1; ; attempt++) {
            const { resourceVersion, revision } = this.saved.get(incident.name) ?? (await this.create(incident.name));
            const next = revision + 1;
            try {
                const written = await this.api.replace(
                    {
                        ...this.skeleton(incident.name, resourceVersion),
                        status: toStatus(incident, next),
                    },
                    "status",
                );
                this.remember(written, next);
                return;
            } catch (error) {
                if (isApiError(error, "NotFound") && attempt < ATTEMPTS) {
                    // Somebody deleted it, while actions of it may still be in force.
                    this.saved.delete(incident.name);
                    continue;
                }
                if (!isApiError(error, "Conflict") || attempt === ATTEMPTS) {
                    throw error;
                }
                await this.catchUp(incident.name, revision, next);
            }
        }
    }

    async decisions(): Promise<ReadonlyMap<string, readonly Decision[]>> {
        const names = await this.specs.take();
        const read = limited(AT_ONCE, (name: string) =>
            this.api.get({ kind: "SecurityIncident", namespace: this.namespace, name }),
        );
        try {
            const objects = await Promise.all(names.map(read));
            return new Map(
                objects
                    .filter((object) => object !== undefined)
                    .map((object) => [object.metadata.name, decisionsOf(object)]),
            );
        } catch (error) {
            names.forEach((name) => this.specs.again(name));
            throw error;
        }
    }

    /**
     * Watches for decisions from now on, so that they needn't be looked for.
     *
     * @param notice told when there may be one
     * @param failed told of a watch that was lost; it begins again
     */
    follow(signal: AbortSignal, notice: () => void, failed: (error: unknown) => void): Promise<void> {
        return this.specs.follow(signal, notice, failed);
    }

    async delete(name: string): Promise<void> {
        await this.api.delete({ kind: "SecurityIncident", namespace: this.namespace, name }, {});
        this.saved.delete(name);
        this.specs.forget(name);
    }

    /** After a conflict: takes up a change of the spec, and gives way to another writer of the status. */
    private async catchUp(name: string, revision: number, wanted: number): Promise<void> {
        const object = await this.api.get({ kind: "SecurityIncident", namespace: this.namespace, name });
        if (object === undefined) {
            this.saved.delete(name);
            return;
        }
        const current = Number(object.status?.["revision"] ?? 0);
        if (current !== revision) {
            throw new LeadershipLostError(
                `SecurityIncident ${name} was saved by somebody else: revision ${current}, and ${wanted} was to be next`,
            );
        }
        this.remember(object, revision);
    }

    private async create(name: string): Promise<Saved> {
        const { apiVersion, kind } = KINDS.SecurityIncident;
        try {
            const metadata = { name, namespace: this.namespace };
            const created = await this.api.create({ apiVersion, kind, metadata, spec: {} });
            this.specs.read(created.metadata);
            return this.remember(created, 0);
        } catch (error) {
            if (!isApiError(error, "AlreadyExists")) {
                throw error;
            }
            // A crash came between its creation and its first status; one with a status belongs to another writer.
            await this.catchUp(name, 0, 1);
            return this.saved.get(name) ?? this.create(name);
        }
    }

    private skeleton(name: string, resourceVersion: string): KubernetesObject {
        const { apiVersion, kind } = KINDS.SecurityIncident;
        return { apiVersion, kind, metadata: { name, namespace: this.namespace, resourceVersion }, spec: {} };
    }

    private remember({ metadata }: KubernetesObject, revision: number): Saved {
        const saved = { resourceVersion: metadata.resourceVersion ?? "", revision };
        this.saved.set(metadata.name, saved);
        return saved;
    }
}
