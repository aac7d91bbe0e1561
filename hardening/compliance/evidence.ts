import { readFileSync } from "node:fs";
import { join } from "node:path";

import { str } from "../../policies/kubernetes/kube";
import { podsOf } from "../../policies/kubernetes/pods";
import type { Resource } from "../../policies/kubernetes/resource";
import { Stack } from "../../policies/kubernetes/stack";
import type { Observations } from "../evidence/observations";
import type { Finding } from "../findings";
import type { ChecklistRow, Definitions } from "./checklist";
import { judgeAlert } from "./content/alerts";
import type { AttestationSignature } from "./content/attestations";
import { attestationFile, judgeAttestation } from "./content/attestations";
import { judgeCapability } from "./content/capabilities";
import type { AttestorSide } from "./content/attestors";
import { judgeAttestors } from "./content/attestors";
import type { DockerfileAspect } from "./content/dockerfiles";
import { judgeDockerfile, waivedBy } from "./content/dockerfiles";
import { judgeDocument, saidBy } from "./content/documents";
import { judgeImages } from "./content/images";
import { judgeRun } from "./content/runs";
import { judgeSetting } from "./content/settings";
import { judgeJob } from "./content/workflows";
import type { Judgement } from "./judgement";
import { allOf, missing, proven } from "./judgement";
import type { ContentKind, Known } from "./score";

/** What a report knows. */
export interface EvidenceInput {
    /** The text of a file of the repository; undefined where there is none. */
    readonly read: (path: string) => string | undefined;
    readonly stack: string;
    readonly now: Date;
    readonly definitions: Definitions;
    readonly resources: readonly Resource[];
    readonly findings: readonly Finding[];
    /** Names of the controls that ran. */
    readonly controls: readonly string[];
    readonly observations: Observations;
    /** What is known of the signatures of attestations, by name. */
    readonly signatures: ReadonlyMap<string, AttestationSignature>;
    /** An attestation without a signature proves nothing. */
    readonly signedOnly: boolean;
}

/** Reads files below a folder. */
export function filesBelow(directory: string): EvidenceInput["read"] {
    return (path) => {
        try {
            return readFileSync(join(directory, path), "utf8");
        } catch {
            return undefined;
        }
    };
}

/** Gathers what a run can prove. */
export function gatherEvidence(input: EvidenceInput): Known {
    const provers = contentProvers(input);
    return {
        findings: input.findings,
        controls: new Set(input.controls),
        observations: input.observations,
        content: (kind, entry, row) => provers[kind](entry, row),
    };
}

/** Of what the checklist names; one that was read by parseChecklist defines all of it. */
const UNDEFINED = "nothing says what it has to hold";

type Prover = (entry: string, row: ChecklistRow) => Judgement;

/** How evidence is judged by what it holds, by its kind. */
function contentProvers(input: EvidenceInput): Readonly<Record<ContentKind, Prover>> {
    const { read, stack, now, definitions, resources, observations, signatures, signedOnly } = input;
    const tested = (tests: readonly string[], row: ChecklistRow): readonly (() => Judgement)[] =>
        tests.map((test) => () => judgeRun("tests", test, observations, row));
    const ownText = (path: string): Judgement => {
        const said = Object.entries(definitions.documents).map(
            ([name, rule]) => [name, saidBy(read(name) ?? "", rule)] as const,
        );
        const own = said.find(([name]) => name === path)?.[1];
        const copy = said.find(([name, text]) => name !== path && text === own && text !== "");
        return copy === undefined
            ? proven("says what no other does")
            : missing(`says nothing but what ${copy[0]} says`);
    };
    return {
        resources: (type) => {
            const found = resources.filter((resource) => resource.type === type).length;
            return found > 0 ? proven(`${found} in the stack`) : missing("none in the stack");
        },
        settings: (name) => judgeSetting(name, resources),
        alerts: (name, row) => allOf(() => judgeAlert(name, resources), ...tested(definitions.alertTests, row)),
        images: (_set, row) => judgeImages(imagesOf(resources), observations, row),
        documents: (path, row) => {
            const rule = definitions.documents[path];
            if (rule === undefined) {
                return missing(UNDEFINED);
            }
            return allOf(
                () => judgeDocument(read(path), rule, now, row.maxAge.documents),
                () => ownText(path),
                ...(rule.rehearsedBy === undefined ? [] : tested([rule.rehearsedBy], row)),
            );
        },
        workflows: (entry, row) => {
            const [file = "", job = ""] = entry.split("#");
            const rule = definitions.jobs[entry];
            if (rule === undefined) {
                return missing(UNDEFINED);
            }
            return allOf(
                () => judgeJob(read(file), job, rule),
                () => judgeRun("jobs", entry, observations, row),
            );
        },
        dockerfiles: (aspect) =>
            allOf(
                ...definitions.dockerfiles.map((file) => () => {
                    const waiver = definitions.dockerfileWaivers[file]?.[aspect as DockerfileAspect];
                    const judged = waivedBy(judgeDockerfile(read(file), aspect as DockerfileAspect), waiver, now);
                    return { ...judged, detail: `${file} ${judged.detail}` };
                }),
            ),
        attestations: (name) =>
            judgeAttestation(name, read(attestationFile(name)), {
                ...{ stack, now, signature: signatures.get(name) ?? {}, required: signedOnly },
            }),
        attestors: (side, row) =>
            judgeAttestors(side as AttestorSide, resources, definitions.attestors, (tests) =>
                allOf(...tested(tests, row)),
            ),
        capabilities: (name) => {
            const capability = definitions.capabilities[name];
            return capability === undefined ? missing(UNDEFINED) : judgeCapability(capability, imagesOf(resources));
        },
    };
}

/** Every image that a stack deploys. */
function imagesOf(resources: readonly Resource[]): readonly string[] {
    const containers = new Stack(resources).objects.flatMap(podsOf).flatMap(({ containers: each }) => each);
    return [...new Set(containers.map(({ body }) => str(body["image"])))];
}
