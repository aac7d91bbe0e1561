import type { Command } from "../cli/command";

/** A command's line in the overview, and where its code is; the code is loaded only when it is called. */
export interface CommandEntry {
    readonly summary: string;
    readonly load: () => Promise<{ readonly command: Command }>;
}

/** Every command there is; a new one is a file and a line here. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
    preview: {
        summary: "run the program's stacks and judge what they would deploy",
        load: () => import("./preview.js"),
    },
    report: { summary: "hold a stack against the checklist and compute its score", load: () => import("./report.js") },
    cbom: {
        summary: "list the cryptography a stack uses, as a CycloneDX bill of materials",
        load: () => import("./cbom.js"),
    },
    images: { summary: "list the images the stacks deploy", load: () => import("./images.js") },
    render: { summary: "write a stack as manifests in apply order", load: () => import("./render.js") },
    network: { summary: "show who may talk to whom in a stack", load: () => import("./network.js") },
    paths: {
        summary: "show how an attacker would get from one place to another, and what ends it",
        load: () => import("./paths.js"),
    },
    scan: { summary: "judge manifests: files, folders or standard input", load: () => import("./scan.js") },
    audit: { summary: "judge what a live cluster holds, by reading only", load: () => import("./audit.js") },
    verify: {
        summary: "prove the hardening guide's actions against a live cluster, by reading only",
        load: () => import("./verify.js"),
    },
    assess: {
        summary: "audit and verify a stack's own cluster, and report on it, in one run",
        load: () => import("./assess.js"),
    },
    doctor: {
        summary: "say what a cluster lacks before a stack is deployed to it, by reading only",
        load: () => import("./doctor.js"),
    },
    fix: { summary: "apply the safe remedies to manifests", load: () => import("./fix.js") },
    respond: {
        summary: "see incidents and decide about them, or show what the responder would do in a stack",
        load: () => import("./respond.js"),
    },
    init: { summary: "write the file of a project, which stands for options", load: () => import("./init.js") },
    controls: { summary: "list the controls, explain one, check a configuration", load: () => import("./controls.js") },
    completion: {
        summary: "print what bash, zsh or fish completes command lines by",
        load: async () => ({ command: (await import("./completion.js")).completionOf(COMMANDS) }),
    },
};
