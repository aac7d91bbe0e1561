import type { Read } from "../../../policies/engine/schema";
import { object, text } from "../../../policies/engine/schema";
import { date, endOfDay } from "../../../policies/engine/values";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** What of a build is asked: stages, so that no tool of the build is in the image; its user; its base. */
export const DOCKERFILE_ASPECTS = ["stages", "user", "base"] as const;

export type DockerfileAspect = (typeof DOCKERFILE_ASPECTS)[number];

/** What of a Dockerfile somebody has judged to be right though it is not what is asked, as the checklist has it. */
export const DOCKERFILE_WAIVER = object({
    /** A part of what is found, which is all that is taken. */
    holds: text(),
    reason: text(),
    owner: text(),
    until: date,
});
export type DockerfileWaiver = Read<typeof DOCKERFILE_WAIVER>;
export type DockerfileWaivers = Readonly<
    Record<string, Readonly<Partial<Record<DockerfileAspect, DockerfileWaiver | undefined>>>>
>;

/** What a judgement comes to where a waiver may speak of what it found. */
export function waivedBy(judged: Judgement, waiver: DockerfileWaiver | undefined, now: Date): Judgement {
    if (waiver === undefined || judged.state !== "missing") {
        return judged;
    }
    const { holds, owner, until, reason } = waiver;
    if (!judged.detail.includes(holds)) {
        return missing(`${judged.detail}; its waiver is of ${holds}`);
    }
    return endOfDay(until) <= now
        ? missing(`${judged.detail}; ${owner} took it until ${until}`)
        : { state: "waived", detail: `${judged.detail}; taken by ${owner} until ${until}: ${reason}`, until };
}

/** Repositories whose images hold neither a shell nor a package manager. */
const MINIMAL = /^(?:scratch$|gcr\.io\/distroless\/|cgr\.dev\/chainguard\/(?:static|glibc-dynamic)[:@])/;
const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** From the root of another stage or image. */
const WHOLE = /^(?=.*--from=)(?:--\S+\s+)*(?:\[\s*)?"?\/?\.?\/?"?[\s,]/;
/** Instructions that run something: in the build, or when the image starts. */
const STARTS = ["RUN", "SHELL", "ENTRYPOINT", "CMD"];
/** A shell by its name, or what Docker hands to one since it is no list. */
const SHELL = /^\[\s*"(?:\S*\/)?(?:busybox|(?:ba|da|a|z|k)?sh)"|^(?!\s*\[)/;

interface Stage {
    readonly base: string;
    readonly name: string;
    readonly instructions: readonly (readonly [name: string, rest: string])[];
}

/** Judges what a Dockerfile builds, by its last stage and those that it is built on. */
export function judgeDockerfile(text: string | undefined, aspect: DockerfileAspect): Judgement {
    if (text === undefined) {
        return missing("does not exist");
    }
    if (/^\s*(?:RUN|COPY)\b.*<<-?\s*["']?\w/im.test(text)) {
        return missing("has here-documents, whose lines can't be told from instructions");
    }
    const stages = stagesOf(text);
    const last = stages.at(-1);
    if (last === undefined) {
        return missing("builds nothing: it has no stage");
    }
    // A stage that starts from another one is that one with more in it.
    const whole = [last];
    for (let base = stageNamed(stages, last.base); base !== undefined; base = stageNamed(stages, base.base)) {
        if (whole.includes(base)) {
            break;
        }
        whole.push(base);
    }
    return { stages: judgeStages, user: judgeUser, base: judgeBase }[aspect](whole, stages);
}

function stageNamed(stages: readonly Stage[], name: string): Stage | undefined {
    return stages.find((stage) => stage.name !== "" && stage.name === name.toLowerCase());
}

/** https://docs.docker.com/reference/dockerfile/: instructions are matched without case, `\` goes on in the next line. */
function stagesOf(text: string): readonly Stage[] {
    const lines = text
        .split("\n")
        .filter((line) => !/^\s*#/.test(line))
        .join("\n")
        .replaceAll(/\\[ \t]*\n/g, " ")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    const stages: { base: string; name: string; instructions: (readonly [string, string])[] }[] = [];
    for (const line of lines) {
        const [word = "", rest = ""] = line.split(/\s+(.*)/s);
        const instruction = word.toUpperCase();
        if (instruction === "FROM") {
            const parts = rest.split(/\s+/).filter((part) => !part.startsWith("--"));
            stages.push({ base: parts[0] ?? "", name: (parts[2] ?? "").toLowerCase(), instructions: [] });
        } else {
            stages.at(-1)?.instructions.push([instruction, rest]);
        }
    }
    return stages;
}

function judgeStages(whole: readonly Stage[], stages: readonly Stage[]): Judgement {
    const others = stages.filter((stage) => !whole.includes(stage));
    const copies = whole
        .flatMap(({ instructions }) => instructions)
        .flatMap(([name, rest]) => (name === "COPY" ? (/--from=(\S+)/.exec(rest)?.[1] ?? []) : []));
    return copies.some((from) => stageNamed(others, from) !== undefined)
        ? proven("what is built in one stage is copied into another")
        : missing("its last stage takes nothing from another one");
}

/** Root by number, by name, and by saying nothing. */
function judgeUser(whole: readonly Stage[]): Judgement {
    const user = whole
        .flatMap(({ instructions }) => instructions.filter(([name]) => name === "USER").at(-1) ?? [])
        .at(1);
    if (user === undefined) {
        return missing("names no user, so it runs as its base does");
    }
    const [uid = ""] = user.split(":");
    return /^[1-9]\d*$/.test(uid)
        ? proven(`runs as uid ${uid}`)
        : missing(`runs as ${user}; name a uid other than 0, which the kubelet can tell from root`);
}

function judgeBase(whole: readonly Stage[]): Judgement {
    const base = whole.at(-1)?.base ?? "";
    if (!MINIMAL.test(base)) {
        return missing(`is built on ${base}, which is not known to hold neither shell nor package manager`);
    }
    const instructions = whole.flatMap((stage) => stage.instructions);
    const copy = instructions.find(([name, rest]) => name === "COPY" && WHOLE.test(rest));
    if (copy !== undefined) {
        return missing(`is built on ${base}, but copies the whole of another file system: COPY ${copy[1]}`);
    }
    const shell = instructions.find(([name, rest]) => STARTS.includes(name) && SHELL.test(rest));
    if (shell !== undefined) {
        return missing(`is built on ${base}, but holds a shell: ${shell.join(" ")}`);
    }
    return base === "scratch" || DIGEST.test(base)
        ? proven(`is built on ${base}`)
        : missing(`names no digest of its base ${base}`);
}
