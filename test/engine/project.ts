import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { CommandError, LocalWorkspace } from "@pulumi/pulumi/automation";

import { attended, endEngine, engineEnvironment, installedEngine, processesOf } from "./cli";

const ROOT = join(__dirname, "..", "..");
const COPIED = ["components", "policies", "test/engine/program", "index.ts", "package.json", "tsconfig.json"];
const SETTINGS = ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"];

/** What a policy of the pack found. */
export interface Finding {
    readonly policy: string;
    readonly level: string;
    readonly message: string;
}

/** One command of the engine, as its events tell it. */
export interface Outcome {
    /** The exit code of the CLI, which the Automation API runs; -1 where it was killed. */
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

/** A resource as the engine's state holds it. */
export interface HeldResource {
    readonly urn: string;
    /** Whether it can't be deleted. */
    readonly protect?: boolean;
    /** Whether it is somebody else's, and only read. */
    readonly external?: boolean;
}

/** What every command takes, and what some do. */
interface Reporting {
    readonly color: "never";
    readonly onEvent: (event: EngineEvent) => void;
    readonly onOutput: (text: string) => void;
    readonly onError: (text: string) => void;
}

/** How a deployment is run. */
export interface UpOptions {
    /** Fails where anything would change. */
    readonly expectNoChanges?: boolean;
    /** Looks first at what is there. */
    readonly refresh?: boolean;
}

/**
 * A copy of the program in a temporary folder, with a state, a home and a stack of its own: the engine writes into the
 * files of a stack, and a test may change the copy.
 */
export class Project {
    private opened: Stack | undefined;

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
            await project.open();
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
        return this.operate((stack, reporting) => stack.preview({ ...reporting, ...this.pack() }));
    }

    async up(options: UpOptions = {}): Promise<Outcome> {
        return this.operate((stack, reporting) => stack.up({ ...reporting, ...this.pack(), ...options }));
    }

    async destroy(): Promise<Outcome> {
        return this.operate((stack, reporting) => stack.destroy(reporting));
    }

    /** What a destroy would do. People are shown it first, and nothing is deleted when it fails. */
    async previewDestroy(): Promise<Outcome> {
        return this.operate((stack, reporting) => stack.destroy({ ...reporting, previewOnly: true }));
    }

    /** Gives up the protection of everything in the state. */
    async unprotect(): Promise<void> {
        const state = await attended(this.home, async () => this.stack.exportStack());
        const { resources } = state.deployment as { resources?: { protect?: boolean }[] };
        resources?.forEach((resource) => delete resource.protect);
        await attended(this.home, async () => this.stack.importStack(state));
    }

    /** Ends a run at once, as a machine that is switched off would. */
    cutShort(): void {
        endEngine(this.home);
    }

    /** The engine and all that it has started, if it runs. */
    processes(): readonly number[] {
        return processesOf(this.home);
    }

    /** What the state holds. */
    async resources(): Promise<readonly HeldResource[]> {
        const exported = await attended(this.home, async () => this.stack.exportStack());
        return (exported.deployment as { resources?: readonly HeldResource[] }).resources ?? [];
    }

    /** Removes the copy with its state. What is deployed must have been destroyed. */
    remove(): void {
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }

    private get home(): string {
        return join(this.folder, "home");
    }

    private get stack(): Stack {
        if (this.opened === undefined) {
            throw new Error("the project has no stack yet");
        }
        return this.opened;
    }

    private async open(): Promise<void> {
        const { stack, kubeconfig, typeCheck } = this.options;
        const envVars = {
            ...engineEnvironment(this.home),
            KUBECONFIG: kubeconfig,
            PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "only-for-this-run",
            PULUMI_NODEJS_TRANSPILE_ONLY: String(typeCheck === false),
        };
        this.opened = await attended(this.home, async () =>
            LocalWorkspace.createStack(
                { stackName: stack, workDir: this.folder },
                { pulumiHome: this.home, pulumiCommand: await installedEngine(this.home), envVars },
            ),
        );
    }

    private pack(): { policyPacks: string[]; policyPackConfigs?: string[] } {
        const { policies } = this.options;
        return {
            policyPacks: ["policies"],
            ...(policies !== undefined && { policyPackConfigs: [join(ROOT, policies)] }),
        };
    }

    private async operate(command: (stack: Stack, reporting: Reporting) => Promise<unknown>): Promise<Outcome> {
        const events: EngineEvent[] = [];
        const texts: string[] = [];
        const onOutput = (text: string): void => void texts.push(text);
        const onEvent = (event: EngineEvent): void => void events.push(event);
        const reporting = { color: "never", onEvent, onOutput, onError: onOutput } as const;
        const code = await attended(this.home, async () => command(this.stack, reporting)).then(
            () => 0,
            (error: unknown) => {
                if (!(error instanceof CommandError)) {
                    throw error;
                }
                texts.push(error.message);
                return Number(/failed with exit code (\d+)/.exec(error.message)?.[1] ?? -1);
            },
        );
        // The interface of the SDK calls the packs otherwise than the engine does.
        const summary = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent as
            | { resourceChanges: Readonly<Record<string, number>>; PolicyPacks?: Readonly<Record<string, string>> }
            | undefined;
        return {
            code,
            output: texts.join(""),
            changes: summary?.resourceChanges ?? {},
            packs: Object.keys(summary?.PolicyPacks ?? {}).map((pack) => pack.replace(/\|.*/, "")),
            findings: events.flatMap(({ policyEvent: found }) =>
                found === undefined
                    ? []
                    : [{ policy: found.policyName, level: found.enforcementLevel, message: found.message }],
            ),
            objects: events.flatMap(({ resourcePreEvent: step }) =>
                step?.metadata.type.startsWith("kubernetes:") === true
                    ? [step.metadata.new?.inputs as unknown as KubernetesInputs]
                    : [],
            ),
        };
    }
}
