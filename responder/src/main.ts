import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { traceIncidents } from "./knowledge/tracing.js";
import { KubernetesClient } from "./kubernetes/client.js";
import { ResponderService } from "./service.js";
import { readSettings } from "./settings.js";

/** Runs the responder until SIGTERM; exits 1 when another replica has taken over, 2 when it can't start. */
async function main(): Promise<void> {
    const settings = readSettings(process.env);
    const api = await KubernetesClient.open(settings.kubeconfig);
    const provider =
        settings.otlp === undefined
            ? undefined
            : new TracerProvider({
                  spanProcessors: [
                      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: settings.otlp.href }) }),
                  ],
              });
    const service = await ResponderService.start(settings, {
        api,
        ...(provider !== undefined && { traces: traceIncidents(provider.getTracer("responder")) }),
        log: (line) => void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`),
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.once(signal, () => void service.stop());
    }
    try {
        await service.done;
    } finally {
        await provider?.shutdown();
        api.close();
    }
}

main().then(
    () => process.exit(0),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(2);
    },
);
