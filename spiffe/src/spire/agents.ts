import type { SpiffeId } from "../id.js";
import type { SpireConnection } from "./connection.js";
import { fromWireId, fromWireTime, toWireId } from "./convert.js";
import type { Selector } from "./entries.js";
import { Agent as AgentService } from "./gen/spire/api/server/agent/agent_pb.js";
import type { Agent } from "./gen/spire/api/types/types_pb.js";

const PAGE_SIZE = 1_000;
const DEFAULT_TOKEN_TTL_SECONDS = 600;

/** An agent that has attested. */
export interface AttestedAgent {
    readonly id: SpiffeId;
    /** The node attestor's type, such as `k8s_psat`. */
    readonly attestationType: string;
    readonly selectors: readonly Selector[];
    /** Serial number of the agent's own SVID, decimal; it changes when the agent renews it. */
    readonly serialNumber: string;
    readonly expiresAt: Date | undefined;
    readonly banned: boolean;
    readonly canReattest: boolean;
    /** Empty when the agent hasn't told. */
    readonly version: string;
}

/** A one-time secret that lets one agent in. Printing or serialising it doesn't show the value. */
export class JoinToken {
    readonly #value: string;

    constructor(
        value: string,
        readonly expiresAt: Date | undefined,
    ) {
        this.#value = value;
    }

    /** The secret itself. */
    get value(): string {
        return this.#value;
    }

    toJSON(): { expiresAt: Date | undefined } {
        return { expiresAt: this.expiresAt };
    }
}

/** Agents and join tokens of the SPIRE server (service `spire.api.server.agent.v1.Agent`). */
export class Agents {
    constructor(private readonly connection: SpireConnection) {}

    async count(): Promise<number> {
        return (await this.connection.call(AgentService.method.countAgents, {})).count;
    }

    async *list(
        filter: { attestationType?: string; banned?: boolean } = {},
    ): AsyncGenerator<AttestedAgent, void, undefined> {
        let pageToken = "";
        do {
            const page = await this.connection.call(AgentService.method.listAgents, {
                filter: { byAttestationType: filter.attestationType ?? "", byBanned: filter.banned },
                pageSize: PAGE_SIZE,
                pageToken,
            });
            yield* page.agents.map(fromWireAgent);
            pageToken = page.nextPageToken;
        } while (pageToken !== "");
    }

    /** @throws {SpireApiError} `not_found` */
    async get(id: SpiffeId): Promise<AttestedAgent> {
        return fromWireAgent(await this.connection.call(AgentService.method.getAgent, { id: toWireId(id) }));
    }

    /** Forgets an agent; it has to attest again. */
    async delete(id: SpiffeId): Promise<void> {
        await this.connection.call(AgentService.method.deleteAgent, { id: toWireId(id) });
    }

    /** Shuts an agent out until it is deleted. */
    async ban(id: SpiffeId): Promise<void> {
        await this.connection.call(AgentService.method.banAgent, { id: toWireId(id) });
    }

    /**
     * A token for one agent.
     *
     * @param options.ttlSeconds how long it may be used; defaults to 600
     * @param options.alias an ID the agent gets beside `spiffe://<td>/spire/agent/join_token/<token>`; entries parented to it
     * outlive the token
     */
    async createJoinToken(options: { ttlSeconds?: number; alias?: SpiffeId } = {}): Promise<JoinToken> {
        const token = await this.connection.call(AgentService.method.createJoinToken, {
            ttl: options.ttlSeconds ?? DEFAULT_TOKEN_TTL_SECONDS,
            agentId: options.alias && toWireId(options.alias),
        });
        return new JoinToken(token.value, fromWireTime(token.expiresAt));
    }
}

function fromWireAgent(agent: Agent): AttestedAgent {
    return {
        id: fromWireId(agent.id),
        attestationType: agent.attestationType,
        selectors: agent.selectors.map(({ type, value }) => ({ type, value })),
        serialNumber: agent.x509svidSerialNumber,
        expiresAt: fromWireTime(agent.x509svidExpiresAt),
        banned: agent.banned,
        canReattest: agent.canReattest,
        version: agent.agentVersion,
    };
}
