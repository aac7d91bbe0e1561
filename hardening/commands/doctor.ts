import { obj, str } from "../../policies/kubernetes/kube";
import { defineCommand } from "../cli/command";
import { askedBy, countsOf, examine } from "../doctor";
import { DOCTOR_FORMATS } from "../doctor/print";
import type { Patient } from "../doctor/question";
import { seenSettings } from "../doctor/settings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { runStack } from "../preview/stacks";
import { ReadOnlyClient } from "../sources/cluster/client";
import { clusterSettings, connectionTo } from "../sources/cluster/identity";
import { CONNECTION_OPTIONS, readConnection } from "../sources/cluster/kubeconfig";
import type { HostRequest } from "../sources/program/registration";

/** Says what a cluster lacks before a stack is deployed to it, by reading only. */
export const command = defineCommand({
    stacks: "maybe",
    options: CONNECTION_OPTIONS,
    formats: DOCTOR_FORMATS,
    notes: [
        "Asks with GET alone, but for whether the caller may do what a deployment does, which the API server is asked in a review",
        "that it does not keep. Each answer is ok, missing or unknown, with what to do. Without --stack, only what holds for any",
        "stack is asked. Exit code 1: something is missing; 2: nothing is, but something could not be told.",
    ],
    run: async ({ options, stacks: [request], output, io }) => {
        const patient = request === undefined ? undefined : await patientOf(request, io);
        const connection = readConnection(request === undefined ? options : connectionTo(options, request));
        const client = new ReadOnlyClient(connection);
        try {
            const asked = askedBy(client);
            const diagnoses = await examine(asked, patient);
            const settings = await seenSettings(asked);
            await output.write({
                cluster: connection.name,
                stack: request?.stack,
                at: io.now(),
                diagnoses,
                settings,
            });
            const counts = countsOf(diagnoses);
            io.log(`${counts.ok} ok, ${counts.missing} missing, ${counts.unknown} unknown`);
            return counts.missing > 0 ? EXIT.violations : counts.unknown > 0 ? EXIT.input : EXIT.clean;
        } finally {
            client.close();
        }
    },
});

async function patientOf(request: HostRequest, io: Io): Promise<Patient> {
    const { registrations } = await runStack(request, io);
    const objects = registrations.map(({ inputs }) => obj(inputs)).filter((inputs) => str(inputs["kind"]) !== "");
    return { project: request.project, objects, cluster: clusterSettings(request) };
}
