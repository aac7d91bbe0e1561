import type { MessageInitShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serviceDefinition } from "../../src/rpc.js";
import type * as agentPb from "../../src/spire/gen/spire/api/server/agent/agent_pb.js";
import { Agent as AgentService } from "../../src/spire/gen/spire/api/server/agent/agent_pb.js";
import type * as bundlePb from "../../src/spire/gen/spire/api/server/bundle/bundle_pb.js";
import {
    Bundle as BundleService,
    BatchDeleteFederatedBundleRequest_Mode as DeleteMode,
} from "../../src/spire/gen/spire/api/server/bundle/bundle_pb.js";
import type * as entryPb from "../../src/spire/gen/spire/api/server/entry/entry_pb.js";
import { Entry as EntryService } from "../../src/spire/gen/spire/api/server/entry/entry_pb.js";
import type * as authorityPb from "../../src/spire/gen/spire/api/server/localauthority/localauthority_pb.js";
import { LocalAuthority } from "../../src/spire/gen/spire/api/server/localauthority/localauthority_pb.js";
import type * as svidPb from "../../src/spire/gen/spire/api/server/svid/svid_pb.js";
import { SVID } from "../../src/spire/gen/spire/api/server/svid/svid_pb.js";
import type * as domainPb from "../../src/spire/gen/spire/api/server/trustdomain/trustdomain_pb.js";
import { TrustDomain as TrustDomainService } from "../../src/spire/gen/spire/api/server/trustdomain/trustdomain_pb.js";
import type { Agent, Bundle, Entry, FederationRelationship } from "../../src/spire/gen/spire/api/types/types_pb.js";
import { AgentSchema, BundleSchema, EntrySchema } from "../../src/spire/gen/spire/api/types/types_pb.js";

/** An answer as plain fields or as a message; its method's schema makes it the message. */
type Answer = Record<string, unknown>;

const OK = { code: grpc.status.OK, message: "OK" };

/**
 * A SPIRE server in memory, as far as the client's rules need one: entries are unique by ID, parent and selectors, batches
 * answer item by item, lists come in pages. State is public, so that a test can set the stage and look behind it.
 */
export class FakeSpireServer {
    readonly entries = new Map<string, Entry>();
    readonly agents: Agent[] = [];
    readonly federated = new Map<string, Bundle>();
    readonly relations = new Map<string, FederationRelationship>();
    readonly authorities: string[] = [];
    /** Names of the calls, in order. */
    readonly calls: string[] = [];
    /** Every call fails with this status while it is set. */
    failure: Partial<grpc.StatusObject> | undefined;
    /** SPIFFE ID paths that BatchCreateEntry refuses. */
    readonly refusedPaths = new Set<string>();
    bundle: MessageInitShape<typeof BundleSchema> = { trustDomain: "example.org" };
    mintedChain: Uint8Array[] = [];
    private nextId = 1;

    private constructor(
        private readonly server: grpc.Server,
        private readonly folder: string,
    ) {}

    static async start(): Promise<FakeSpireServer> {
        const folder = await mkdtemp(join(tmpdir(), "fake-spire-"));
        const fake = new FakeSpireServer(new grpc.Server(), folder);
        fake.addServices();
        await new Promise<void>((resolve, reject) => {
            fake.server.bindAsync(fake.address, grpc.ServerCredentials.createInsecure(), (error) =>
                error === null ? resolve() : reject(error),
            );
        });
        return fake;
    }

    get address(): string {
        return `unix://${join(this.folder, "api.sock")}`;
    }

    async stop(): Promise<void> {
        this.server.forceShutdown();
        await rm(this.folder, { recursive: true });
    }

    private addServices(): void {
        this.add(EntryService, {
            countEntries: () => ({ count: this.entries.size }),
            listEntries: (request: entryPb.ListEntriesRequest) => this.listEntries(request),
            getEntry: ({ id }: entryPb.GetEntryRequest) => found(this.entries.get(id)),
            batchCreateEntry: ({ entries }: entryPb.BatchCreateEntryRequest) => ({
                results: entries.map((entry) => this.createEntry(entry)),
            }),
            batchUpdateEntry: ({ entries }: entryPb.BatchUpdateEntryRequest) => ({
                results: entries.map((entry) => this.updateEntry(entry)),
            }),
            batchDeleteEntry: ({ ids }: entryPb.BatchDeleteEntryRequest) => ({
                results: ids.map((id) => ({
                    id,
                    status: this.entries.delete(id) ? OK : { code: grpc.status.NOT_FOUND, message: "not found" },
                })),
            }),
        });
        this.add(AgentService, {
            countAgents: () => ({ count: this.agents.length }),
            listAgents: ({ filter }: agentPb.ListAgentsRequest) => ({
                agents: this.agents.filter(
                    ({ banned, attestationType }) =>
                        banned === (filter?.byBanned ?? banned) &&
                        attestationType === (filter?.byAttestationType || attestationType),
                ),
            }),
            getAgent: ({ id }: agentPb.GetAgentRequest) =>
                found(this.agents.find((agent) => agent.id?.path === id?.path)),
            deleteAgent: ({ id }: agentPb.DeleteAgentRequest) => {
                this.agents.splice(
                    this.agents.findIndex((agent) => agent.id?.path === id?.path),
                    1,
                );
                return {};
            },
            banAgent: ({ id }: agentPb.BanAgentRequest) => {
                const agent = found(this.agents.find(({ id: other }) => other?.path === id?.path));
                agent.banned = true;
                return {};
            },
            createJoinToken: ({ ttl, agentId }: agentPb.CreateJoinTokenRequest) => {
                const value = `token-${this.nextId++}`;
                const path = `/spire/agent/join_token/${value}`;
                this.agents.push(create(AgentSchema, { id: agentId ?? { trustDomain: "example.org", path } }));
                return { value, expiresAt: 1_000_000n + BigInt(ttl) };
            },
        });
        this.add(BundleService, {
            countBundles: () => ({ count: 1 + this.federated.size }),
            getBundle: () => create(BundleSchema, this.bundle),
            getFederatedBundle: ({ trustDomain }: bundlePb.GetFederatedBundleRequest) =>
                found(this.federated.get(trustDomain)),
            listFederatedBundles: ({ pageToken }: bundlePb.ListFederatedBundlesRequest) => {
                const all = [...this.federated.values()];
                const at = Number(pageToken);
                return { bundles: all.slice(at, at + 1), nextPageToken: at + 1 < all.length ? String(at + 1) : "" };
            },
            batchSetFederatedBundle: ({ bundle }: bundlePb.BatchSetFederatedBundleRequest) => {
                bundle.forEach((item) => this.federated.set(item.trustDomain, item));
                return { results: bundle.map(() => ({ status: OK })) };
            },
            batchDeleteFederatedBundle: ({ trustDomains, mode }: bundlePb.BatchDeleteFederatedBundleRequest) => ({
                results: trustDomains.map((trustDomain) => {
                    if (mode === DeleteMode.RESTRICT) {
                        const message = "federated bundle is in use";
                        return { trustDomain, status: { code: grpc.status.FAILED_PRECONDITION, message } };
                    }
                    this.federated.delete(trustDomain);
                    return { trustDomain, status: OK };
                }),
            }),
        });
        this.add(TrustDomainService, {
            listFederationRelationships: () => ({ federationRelationships: [...this.relations.values()] }),
            getFederationRelationship: ({ trustDomain }: domainPb.GetFederationRelationshipRequest) =>
                found(this.relations.get(trustDomain)),
            batchCreateFederationRelationship: (request: domainPb.BatchCreateFederationRelationshipRequest) => ({
                results: request.federationRelationships.map((relation) => {
                    if (this.relations.has(relation.trustDomain)) {
                        return { status: { code: grpc.status.ALREADY_EXISTS, message: "exists" } };
                    }
                    this.relations.set(relation.trustDomain, relation);
                    return { status: OK };
                }),
            }),
            batchUpdateFederationRelationship: (request: domainPb.BatchUpdateFederationRelationshipRequest) => ({
                results: request.federationRelationships.map((relation) => {
                    this.relations.set(relation.trustDomain, relation);
                    return { status: OK };
                }),
            }),
            batchDeleteFederationRelationship: ({
                trustDomains,
            }: domainPb.BatchDeleteFederationRelationshipRequest) => ({
                results: trustDomains.map((name) => ({
                    status: this.relations.delete(name) ? OK : { code: grpc.status.NOT_FOUND, message: "not found" },
                })),
            }),
            refreshBundle: () => ({}),
        });
        const step = (name: string) => (request: { authorityId?: string }) => {
            this.authorities.push(`${name} ${request.authorityId ?? ""}`.trim());
            const state = { authorityId: request.authorityId ?? "next", expiresAt: 5n };
            return {
                preparedAuthority: state,
                activatedAuthority: state,
                taintedAuthority: state,
                revokedAuthority: state,
            };
        };
        const states = (): MessageInitShape<typeof authorityPb.GetX509AuthorityStateResponseSchema> => ({
            active: { authorityId: "now", expiresAt: 60n },
            old: { authorityId: "before", expiresAt: 30n },
        });
        this.add(LocalAuthority, {
            getX509AuthorityState: states,
            prepareX509Authority: step("x509 prepare"),
            activateX509Authority: step("x509 activate"),
            taintX509Authority: step("x509 taint"),
            revokeX509Authority: step("x509 revoke"),
            getJWTAuthorityState: states,
            prepareJWTAuthority: step("jwt prepare"),
            activateJWTAuthority: step("jwt activate"),
            taintJWTAuthority: step("jwt taint"),
            revokeJWTAuthority: step("jwt revoke"),
        });
        this.add(SVID, {
            mintX509SVID: () => ({ svid: { certChain: this.mintedChain } }),
            mintJWTSVID: ({ id, audience, ttl }: svidPb.MintJWTSVIDRequest) => ({
                svid: { token: `${id?.trustDomain}${id?.path} for ${audience.join()} during ${ttl}` },
            }),
        });
    }

    private add(
        service: Parameters<typeof serviceDefinition>[0],
        handlers: Record<string, (request: never) => Answer>,
    ): void {
        const implementation: grpc.UntypedServiceImplementation = {};
        for (const method of service.methods) {
            const handler = handlers[method.localName];
            const handle: grpc.handleUnaryCall<never, object> = (call, callback) => {
                this.calls.push(method.name);
                if (this.failure !== undefined) {
                    callback(this.failure);
                    return;
                }
                try {
                    callback(null, create(method.output, handler?.(call.request)));
                } catch (error) {
                    callback(error as grpc.ServiceError);
                }
            };
            implementation[method.localName] = handle as grpc.UntypedHandleCall;
        }
        this.server.addService(serviceDefinition(service), implementation);
    }

    private listEntries({ filter, pageSize, pageToken }: entryPb.ListEntriesRequest) {
        const matching = [...this.entries.values()].filter(
            (entry) =>
                entry.spiffeId?.path === (filter?.bySpiffeId?.path ?? entry.spiffeId?.path) &&
                entry.parentId?.path === (filter?.byParentId?.path ?? entry.parentId?.path) &&
                entry.hint === (filter?.byHint ?? entry.hint) &&
                (filter?.bySelectors === undefined || keyOf(entry.selectors) === keyOf(filter.bySelectors.selectors)),
        );
        const at = Number(pageToken);
        const next = at + pageSize;
        return { entries: matching.slice(at, next), nextPageToken: next < matching.length ? String(next) : "" };
    }

    private createEntry(entry: Entry) {
        if (this.refusedPaths.has(entry.spiffeId?.path ?? "")) {
            return { status: { code: grpc.status.INVALID_ARGUMENT, message: "failed to convert entry" } };
        }
        const similar = [...this.entries.values()].find((other) => identityOf(other) === identityOf(entry));
        if (similar !== undefined) {
            return {
                status: { code: grpc.status.ALREADY_EXISTS, message: "similar entry already exists" },
                entry: similar,
            };
        }
        const created = create(EntrySchema, { ...entry, id: `entry-${this.nextId++}`, createdAt: 1_700_000_000n });
        this.entries.set(created.id, created);
        return { status: OK, entry: created };
    }

    private updateEntry(entry: Entry) {
        const old = this.entries.get(entry.id);
        if (old === undefined) {
            return { status: { code: grpc.status.NOT_FOUND, message: "not found" } };
        }
        this.entries.set(entry.id, create(EntrySchema, { ...entry, revisionNumber: old.revisionNumber + 1n }));
        return { status: OK };
    }
}

function keyOf(selectors: readonly { type: string; value: string }[]): string {
    return selectors
        .map(({ type, value }) => `${type}:${value}`)
        .sort()
        .join(" ");
}

function identityOf(entry: Entry): string {
    return [entry.spiffeId?.path, entry.parentId?.path, keyOf(entry.selectors)].join("|");
}

function found<T>(value: T | undefined): T {
    if (value === undefined) {
        throw Object.assign(new Error("not found"), { code: grpc.status.NOT_FOUND, details: "not found" });
    }
    return value;
}
