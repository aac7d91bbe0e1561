/** Troubles that a SPIRE agent tells only its log: it goes on trying, or dies without a word on its exit code. */
export type AgentFaultCode =
    | "join_token_rejected"
    | "attestation_rejected"
    | "server_untrusted"
    | "server_unreachable"
    | "banned"
    | "svid_expired"
    | "svid_rejected"
    | "address_in_use"
    | "bad_configuration";

/** A trouble found in the log. */
export interface AgentFault {
    readonly code: AgentFaultCode;
    /** Whether no retry can help: the agent will never become healthy. */
    readonly final: boolean;
    /** The agent's own words. */
    readonly message: string;
    /** What to do. */
    readonly advice: string;
}

interface KnownFault {
    readonly code: AgentFaultCode;
    readonly final: boolean;
    readonly words: readonly string[];
    readonly advice: string;
}

/** The first entry whose words all occur in a line decides. The wording is SPIRE 1.15's. */
const KNOWN_FAULTS: readonly KnownFault[] = [
    {
        code: "join_token_rejected",
        final: true,
        words: ["join token"],
        advice: "Create a new join token: each can be used once, and expires.",
    },
    {
        code: "banned",
        final: true,
        words: ["banned"],
        advice: "The agent was banned. Delete it on the server to let this node attest again.",
    },
    {
        code: "server_untrusted",
        final: true,
        words: ["x509", "unknown authority"],
        advice: "The trust bundle doesn't match the server's. Fetch a new one.",
    },
    {
        code: "svid_expired",
        final: true,
        words: ["agent svid", "expired"],
        advice: "The agent was away for too long. Attest it anew: clear its data directory, and with join tokens give it a new one.",
    },
    {
        code: "attestation_rejected",
        final: true,
        words: ["failed to attest"],
        advice: "The server refused the node. Check the node attestor's settings on both sides.",
    },
    {
        code: "address_in_use",
        final: true,
        words: ["address already in use"],
        advice: "Another process listens where the agent wants to. Choose another socketPath or health.port.",
    },
    {
        code: "bad_configuration",
        final: true,
        words: ["unknown configuration detected"],
        advice: "This version of SPIRE doesn't know a setting.",
    },
    {
        code: "svid_rejected",
        final: false,
        words: ["tls: bad certificate"],
        advice: "The server doesn't accept the agent's own SVID: the authority behind it may have been revoked. Attest the agent anew.",
    },
    {
        code: "server_unreachable",
        final: false,
        words: ["connection refused"],
        advice: "The SPIRE server isn't there yet. Check server.host and server.port.",
    },
    {
        code: "server_unreachable",
        final: false,
        words: ["no such host"],
        advice: "The SPIRE server's name doesn't resolve. Check server.host.",
    },
];

/** One line of the agent's log. */
export interface LogLine {
    readonly level: string;
    readonly message: string;
}

/** Reads a line as the agent writes it: JSON, or plain text while it hasn't read its configuration yet. */
export function parseLogLine(line: string): LogLine {
    try {
        const parsed: unknown = JSON.parse(line);
        if (typeof parsed === "object" && parsed !== null) {
            const fields = parsed as Record<string, unknown>;
            const message = [fields.msg, fields.error].filter((part) => typeof part === "string").join(": ");
            return { level: typeof fields.level === "string" ? fields.level : "info", message };
        }
    } catch {
        // Not JSON: the text itself is the message.
    }
    return { level: "info", message: line };
}

/** The trouble a line tells of, if it is a known one. */
export function faultIn({ level, message }: LogLine): AgentFault | undefined {
    if (level === "debug" || message.startsWith("Plugin ")) {
        return undefined;
    }
    const text = message.toLowerCase();
    const known = KNOWN_FAULTS.find(({ words }) => words.every((word) => text.includes(word)));
    return known && { code: known.code, final: known.final, advice: known.advice, message };
}
