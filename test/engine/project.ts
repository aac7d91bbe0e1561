import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { endEngine, processesOf, runCli } from "./cli";

const ROOT = join(__dirname, "..", "..");
const COPIED = ["components", "policies", "test/engine/program", "index.ts", "package.json", "tsconfig.json"];
const SETTINGS = ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"];

/** What a policy of the pack found. */
export interface Finding {
    readonly policy: string;
    readonly level: string;
    readonly message: string;
}

/** One command of the engine, as its event log tells it. */
export interface Outcome {
    readonly code: number;
    /** What it printed, for messages. */
    readonly output: string;
    /** How many resources it leaves alone (`same`), creates, updates, replaces or deletes. */
    readonly changes: Readonly<Record<string, number>>;
    /** Policy packs that judged the resources. */
    readonly packs: readonly string[];
    readonly findings: readonly Finding[];
    /** The inputs of every resource of Kubernetes, as they were sent to the provider. */
    readonly objects: readonly KubernetesInputs[];
}

export interface KubernetesInputs {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface EngineEvent {
    readonly policyEvent?: {
        readonly policyName: string;
        readonly enforcementLevel: string;
        readonly message: string;
    };
    readonly summaryEvent?: {
        readonly resourceChanges: Readonly<Record<string, number>>;
        readonly PolicyPacks?: Readonly<Record<string, string>>;
    };
    readonly resourcePreEvent?: {
        readonly metadata: { readonly type: string; readonly new?: { readonly inputs?: unknown } };
    };
}

export interface ProjectOptions {
    /** The Pulumi.yaml to use, relative to the repository. */
    readonly settings: string;
    readonly stack: string;
    /**
     * Configuration of the policy pack, relative to the repository.
     * @default none
     */
    readonly policies?: string;
    /** Path of the kubeconfig; one that does not exist makes previews work without a cluster. */
    readonly kubeconfig: string;
    /**
     * Whether the engine checks the program's types before each run.
     * @default true
     */
    readonly typeCheck?: boolean;
}

/**
 * A copy of the program in a temporary folder, with a state, a home and a stack of its own: the engine writes into the
 * files of a stack, and a test may change the copy.
 */
export class Project {
    private constructor(
        private readonly folder: string,
        private readonly options: ProjectOptions,
    ) {}

    /** Makes the copy and an empty stack in it. */
    static async create(options: ProjectOptions): Promise<Project> {
        const folder = mkdtempSync(join(tmpdir(), "engine-"));
        const project = new Project(folder, options);
        try {
            for (const path of [...COPIED, ...SETTINGS]) {
                cpSync(join(ROOT, path), join(folder, path), { recursive: true });
            }
            cpSync(join(ROOT, options.settings), join(folder, "Pulumi.yaml"));
            symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
            mkdirSync(join(folder, "state"));
            await project.must("stack", "init", options.stack);
            return project;
        } catch (error) {
            project.remove();
            throw error;
        }
    }

    /** Replaces a text in a file of the copy, which must be there. */
    edit(path: string, from: string, to: string): void {
        const file = join(this.folder, path);
        const text = readFileSync(file, "utf8");
        if (!text.includes(from)) {
            throw new Error(`${path} has no ${JSON.stringify(from)} to replace`);
        }
        writeFileSync(file, text.replace(from, to));
    }

    async preview(): Promise<Outcome> {
        return this.operate("preview", ...this.pack());
    }

    async up(...args: string[]): Promise<Outcome> {
        return this.operate("up", "--yes", "--skip-preview", ...this.pack(), ...args);
    }

    async destroy(): Promise<Outcome> {
        return this.operate("destroy", "--yes", "--skip-preview");
    }

    /** A destroy as people run it, which previews first; it deletes nothing when that fails. */
    async destroyAfterPreview(): Promise<Outcome> {
        return this.operate("destroy", "--yes");
    }

    /** Gives up the protection of everything in the state. */
    async unprotect(): Promise<void> {
        await this.must("state", "unprotect", "--all", "--yes", "--stack", this.options.stack);
    }

    /** Ends a run at once, as a machine that is switched off would. */
    cutShort(): void {
        endEngine(this.home);
    }

    /** The engine and all that it has started, if it runs. */
    processes(): readonly number[] {
        return processesOf(this.home);
    }

    /** What the state holds, by URN. */
    async resources(): Promise<readonly string[]> {
        const state = JSON.parse(await this.must("stack", "export", "--stack", this.options.stack)) as {
            deployment: { resources?: { urn: string }[] };
        };
        return (state.deployment.resources ?? []).map(({ urn }) => urn);
    }

    /** Removes the copy with its state. What is deployed must have been destroyed. */
    remove(): void {
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }

    private get home(): string {
        return join(this.folder, "home");
    }

    private pack(): readonly string[] {
        const { policies } = this.options;
        return [
            ...["--policy-pack", "policies"],
            ...(policies === undefined ? [] : ["--policy-pack-config", join(ROOT, policies)]),
        ];
    }

    private async operate(command: string, ...args: string[]): Promise<Outcome> {
        const log = join(this.folder, "events.json");
        rmSync(log, { force: true });
        const { code, output } = await this.run(command, "--stack", this.options.stack, "--event-log", log, ...args);
        const events = (existsSync(log) ? readFileSync(log, "utf8") : "")
            .split("\n")
            // A run that was cut short may have left half a line.
            .filter((line) => line.endsWith("}"))
            .map((line) => JSON.parse(line) as EngineEvent);
        const summary = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
        return {
            code,
            output,
            changes: summary?.resourceChanges ?? {},
            packs: Object.keys(summary?.PolicyPacks ?? {}).map((pack) => pack.replace(/\|.*/, "")),
            findings: events.flatMap(({ policyEvent: found }) =>
                found === undefined
                    ? []
                    : [{ policy: found.policyName, level: found.enforcementLevel, message: found.message }],
            ),
            objects: events.flatMap(({ resourcePreEvent: step }) =>
                step?.metadata.type.startsWith("kubernetes:") === true
                    ? [step.metadata.new?.inputs as KubernetesInputs]
                    : [],
            ),
        };
    }

    private async must(...args: string[]): Promise<string> {
        const { code, output } = await this.run(...args);
        if (code !== 0) {
            throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
        }
        return output;
    }

    private async run(...args: string[]): Promise<{ code: number; output: string }> {
        return runCli(args, {
            home: this.home,
            cwd: this.folder,
            env: {
                KUBECONFIG: this.options.kubeconfig,
                PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
                PULUMI_CONFIG_PASSPHRASE: "only-for-this-run",
                PULUMI_NODEJS_TRANSPILE_ONLY: String(this.options.typeCheck === false),
            },
        });
    }
}
