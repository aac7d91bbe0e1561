import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import { ApiError } from "../../sources/cluster/client";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import { nameOf, selects } from "../expected";
import type { Live } from "../live";

const LINES = 2000;
/** Lines in which SPIRE reports an error: `level=error` (text) or `"level":"error"` (JSON). */
const ERROR_LINE = /\blevel=(?:error|fatal|panic)\b|"level":"(?:error|fatal|panic)"/;

/**
 * What SPIRE logs as an error and is none of its own, by the message: it turns up whenever pods start, since a pod may ask
 * before its entry has reached the agent, and may be seen before its node has.
 */
const NO_FAULTS: ReadonlyMap<string, string> = new Map([
    ["No identity issued", "requests of workloads without an entry refused"],
    // The reconciler tries again; whether an entry is still missing says the check identities-issued.
    ["Failed to render entry", "entries put off"],
]);

/** The plan's acceptance of the deployment: server and agent run, and their logs are free of errors. */
export const identityLogsFreeOfErrors: Check = {
    name: "identity-logs-free-of-errors",
    title: "The logs of SPIRE's server and agents are free of errors",
    covers: ["ZT-4", "ZT-5", "ZT-7"],
    remedy: "Read the log around the line shown; docs/runbooks says what the common errors mean.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        const programs = expected.workloads().filter(({ name }) => name === "spire-server" || name === "spire-agent");
        for (const workload of programs) {
            const pods = await live.objects("/api/v1", "pods", workload.namespace);
            for (const pod of pods.filter((candidate) => selects(workload.selector, candidate))) {
                for await (const { container, text } of logsOf(live, pod)) {
                    const subject = `log of ${nameOf(pod)}/${container}`;
                    verdicts.push(text === undefined ? unknown(subject, "can't be read") : errorsIn(subject, text));
                }
            }
        }
        return verdicts.length > 0 ? verdicts : [failed("SPIRE", "no pod of the server or the agent is there")];
    },
};

function errorsIn(subject: string, text: string): Verdict {
    const messages = text
        .split("\n")
        .filter((line) => ERROR_LINE.test(line))
        .map(messageIn);
    const errors = messages.filter((message) => !NO_FAULTS.has(message));
    if (errors.length > 0) {
        return failed(subject, `${errors.length} errors; the last one says: ${errors.at(-1) ?? ""}`);
    }
    const others = [...NO_FAULTS].flatMap(([message, meaning]) => {
        const times = messages.filter((found) => found === message).length;
        return times === 0 ? [] : `, ${times} ${meaning}`;
    });
    return proved(subject, `no error in its last lines${others.join("")}`);
}

/** Shapes that a secret has whatever its value is. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
    [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
    [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/, "a JSON Web Token"],
    [
        /\b(?:password|passwd|secret|api[_-]?key|token)["']?\s*[=:]\s*["']?(?!\*|<|\[|null\b|nil\b|""|'')[^\s"',;]{8,}/i,
        "a credential",
    ],
    [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]{4,}@/i, "a password in an address"],
];
/** Shorter values, `true` or `admin`, turn up in any log without having leaked. */
const SHORTEST_VALUE = 8;

/** Looks for the values of the namespace's own Secrets, and for whatever has the shape of one. Values are never shown. */
export const noSecretInLogs: Check = {
    name: "no-secret-in-logs",
    title: "No log holds a secret",
    covers: ["SEC-1", "SEC-6"],
    remedy: "Rotate the secret, then stop the program from logging it. Logs already shipped hold it until they expire.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        for (const namespace of expected.namespaces()) {
            const values = await secretValues(live, namespace);
            for (const pod of await live.objects("/api/v1", "pods", namespace)) {
                for await (const { container, text } of logsOf(live, pod)) {
                    verdicts.push(judge(`log of ${namespace}/${nameOf(pod)}/${container}`, text, values));
                }
            }
        }
        return verdicts;
    },
};

interface SecretValue {
    /** `Secret namespace/name, key k`. */
    readonly where: string;
    readonly value: string;
}

function judge(subject: string, text: string | undefined, values: readonly SecretValue[] | undefined): Verdict {
    if (text === undefined) {
        return unknown(subject, "can't be read");
    }
    const leaked = values?.find(({ value }) => text.includes(value));
    if (leaked !== undefined) {
        return failed(subject, `holds the value of ${leaked.where}`);
    }
    const lines = text.split("\n");
    for (const [shape, what] of SECRET_SHAPES) {
        const line = lines.findIndex((candidate) => shape.test(candidate));
        if (line >= 0) {
            return failed(subject, `holds what looks like ${what}, ${lines.length - line} lines from its end`);
        }
    }
    return values === undefined
        ? unknown(subject, "holds nothing of a secret's shape; the Secrets' values can't be read to look for them")
        : proved(subject, `holds none of ${values.length} secret values, nor anything of their shape`);
}

/** Undefined where the caller may not read Secrets. */
async function secretValues(live: Live, namespace: string): Promise<readonly SecretValue[] | undefined> {
    try {
        const secrets = await live.objects("/api/v1", "secrets", namespace);
        return secrets.flatMap((secret) =>
            Object.entries(obj(secret["data"]))
                .map(([key, data]) => ({
                    where: `Secret ${namespace}/${nameOf(secret)}, key ${key}`,
                    value: Buffer.from(str(data), "base64").toString("utf8").trim(),
                }))
                .filter(({ value }) => value.length >= SHORTEST_VALUE),
        );
    } catch (error) {
        if (error instanceof ApiError && error.status === 403) {
            return undefined;
        }
        throw error;
    }
}

/** The end of every container's log; undefined where it can't be read, because the container has not started. */
async function* logsOf(live: Live, pod: Body): AsyncGenerator<{ container: string; text: string | undefined }> {
    const namespace = str(obj(pod["metadata"])["namespace"]);
    for (const container of list(obj(pod["spec"])["containers"])
        .filter(isObj)
        .map((entry) => str(entry["name"]))) {
        let text: string | undefined;
        try {
            text = await live.log(namespace, nameOf(pod), container, LINES);
        } catch (error) {
            if (!(error instanceof ApiError)) {
                throw error;
            }
        }
        yield { container, text };
    }
}

/** The message of a log line, without what stands around it. */
function messageIn(line: string): string {
    const text = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    return text ?? line.slice(0, 200);
}
