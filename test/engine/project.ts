import { spawn } from "node:child_process";
import {
    accessSync,
    constants,
    cpSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** The CLI with its host for Node.js, and the providers that the stack uses. */
const PROGRAMS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes", "pulumi-resource-random"];

const ROOT = join(__dirname, "..", "..");
const COPIED = ["components", "policies", "test/engine/program", "index.ts", "package.json", "tsconfig.json"];
const SETTINGS = ["Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"];

/** No command of the suite takes longer than this on a busy machine. */
const COMMAND_MINUTES = 10;

/**
 * PATH without the folders of npm: npm's `pulumi` is a launcher that downloads a CLI, and the suite runs the one that
 * is installed.
 */
function searchPath(): readonly string[] {
    const npm = join("node_modules", ".bin");
    return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(npm));
}

function find(program: string): string | undefined {
    return searchPath()
        .map((folder) => join(folder, program))
        .find((path) => {
            try {
                accessSync(path, constants.X_OK);
                return true;
            } catch {
                return false;
            }
        });
}

/** Which of the engine's programs are not installed. */
export function missingPrograms(): readonly string[] {
    return PROGRAMS.filter((program) => find(program) === undefined);
}

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

    /** What the state holds, by URN. */
    async resources(): Promise<readonly string[]> {
        const state = JSON.parse(await this.must("stack", "export", "--stack", this.options.stack)) as {
            deployment: { resources?: { urn: string }[] };
        };
        return (state.deployment.resources ?? []).map(({ urn }) => urn);
    }

    /** Removes the copy with its state. What is deployed must have been destroyed. */
    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
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
        const events = readFileSync(log, "utf8")
            .split("\n")
            .filter((line) => line !== "")
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

    /** Runs the CLI in a process group of its own, so that no provider outlives it, however it ends. */
    private async run(...args: string[]): Promise<{ code: number; output: string }> {
        const command = find("pulumi");
        if (command === undefined) {
            throw new Error("pulumi is not on the PATH");
        }
        const child = spawn(command, ["--non-interactive", "--color=never", ...args], {
            cwd: this.folder,
            env: this.environment(),
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const endGroup = (): void => {
            try {
                process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
            } catch {
                // The whole group has ended by itself.
            }
        };
        process.once("exit", endGroup);
        const timer = setTimeout(endGroup, COMMAND_MINUTES * 60_000);
        try {
            const chunks: Buffer[] = [];
            child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
            child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
            const code = await new Promise<number>((resolve, reject) => {
                child.once("error", reject);
                child.once("exit", (status) => resolve(status ?? -1));
            });
            return { code, output: Buffer.concat(chunks).toString() };
        } finally {
            clearTimeout(timer);
            process.off("exit", endGroup);
            endGroup();
        }
    }

    private environment(): NodeJS.ProcessEnv {
        return {
            ...process.env,
            // The program runs on the Node.js of the tests.
            PATH: [dirname(process.execPath), ...searchPath()].join(delimiter),
            KUBECONFIG: this.options.kubeconfig,
            // ts-node would take over the options of the test runner.
            NODE_OPTIONS: "",
            PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
            PULUMI_HOME: join(this.folder, "home"),
            PULUMI_CONFIG_PASSPHRASE: "only-for-this-run",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            // Event logs are an option for tools.
            PULUMI_DEBUG_COMMANDS: "true",
        };
    }
}
