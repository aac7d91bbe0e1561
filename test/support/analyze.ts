import type { Policies } from "@pulumi/policy";
import * as server from "@pulumi/policy/server";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { Registration } from "../../hardening/sources/program/registration";

/** What the engine would print of one policy. */
export interface Diagnostic {
    readonly policy: string;
    /** Empty where a stack policy could not be run. */
    readonly urn: string;
    readonly message: string;
    /** The engine could not run the policy because a value is unknown in preview. */
    readonly unknown: boolean;
    readonly advisory: boolean;
}

interface Response {
    getDiagnosticsList(): analyzer.AnalyzeDiagnostic[];
}
type Handler = (
    call: { request: unknown },
    callback: (error: Error | null, response?: Response) => void,
) => Promise<void>;
type MakeHandler = (pack: string, version: string, level: string, policies: Policies) => Handler;

/** The SDK's own request handlers. They are internal, so this is the one place that names them; `analyze.spec.ts` tests it. */
const { makeAnalyzeRpcFun, makeAnalyzeStackRpcFun } = server as unknown as {
    makeAnalyzeRpcFun: MakeHandler;
    makeAnalyzeStackRpcFun: MakeHandler;
};

const PACK = "test-pack";

function call(handler: Handler, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
        void handler({ request }, (error, response) => (error ? reject(error) : resolve(response as Response)));
    });
}

/** Runs policies over a stack the way the engine does: each resource by itself, then the stack as a whole. */
export async function analyze(
    policies: Policies,
    registrations: readonly Registration[],
): Promise<readonly Diagnostic[]> {
    const analyzeResource = makeAnalyzeRpcFun(PACK, "1.0.0", "advisory", policies);
    const analyzeStack = makeAnalyzeStackRpcFun(PACK, "1.0.0", "advisory", policies);
    const diagnostics: Diagnostic[] = [];
    for (const registration of registrations) {
        const request = new analyzer.AnalyzeRequest();
        fill(request, registration);
        const response = await call(analyzeResource, request);
        diagnostics.push(...response.getDiagnosticsList().map((found) => diagnosticOf(found, registration.urn)));
    }
    const stack = new analyzer.AnalyzeStackRequest();
    stack.setResourcesList(
        registrations.map((registration) => {
            const resource = new analyzer.AnalyzerResource();
            fill(resource, registration);
            resource.setParent(registration.parent);
            resource.setDependenciesList([...registration.dependencies]);
            return resource;
        }),
    );
    const response = await call(analyzeStack, stack);
    diagnostics.push(...response.getDiagnosticsList().map((found) => diagnosticOf(found, "")));
    return diagnostics;
}

function fill(target: analyzer.AnalyzeRequest | analyzer.AnalyzerResource, registration: Registration): void {
    const options = new analyzer.AnalyzerResourceOptions();
    options.setProtect(registration.protect);
    options.setParent(registration.parent);
    target.setType(registration.type);
    target.setUrn(registration.urn);
    target.setName(registration.name);
    target.setProperties(Struct.fromJavaScript(registration.inputs));
    target.setOptions(options);
}

function diagnosticOf(found: analyzer.AnalyzeDiagnostic, urn: string): Diagnostic {
    const description = `${found.getDescription()}\n`;
    const message = found.getMessage();
    return {
        policy: found.getPolicyname(),
        urn: found.getUrn() || urn,
        message: message.startsWith(description) ? message.slice(description.length) : message,
        unknown: message.startsWith("can't run policy"),
        advisory: found.getEnforcementlevel() === analyzer.EnforcementLevel.ADVISORY,
    };
}
