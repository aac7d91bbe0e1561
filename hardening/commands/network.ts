import { Stack } from "../../policies/kubernetes/stack";
import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { NETWORK_FORMATS } from "../network/draw";
import { connectivity } from "../network/matrix";
import { runStack } from "../preview/stacks";

/** Shows who may talk to whom on which port, from all network policies of a stack. */
export const command = defineCommand({
    stacks: "one",
    options: {},
    formats: NETWORK_FORMATS,
    notes: [
        "A connection is listed where both ends allow it. What only one end allows is listed apart: it does not work. So is what",
        "the stack does not tell. Names in brackets are labels of pods that others run; a range of addresses stands for all that",
        "has one of them, and no pod of the stack is looked for there. Read are NetworkPolicies, the policies of",
        "policy.networking.k8s.io, and those of Cilium and Calico.",
    ],
    run: async ({ stacks: [request], output, io }) => {
        const { stack } = request;
        const { resources } = await runStack(request, io);
        const matrix = connectivity(new Stack(resources));
        await output.write({ stack, matrix });
        if (output.file !== undefined) {
            io.log(`stack ${stack}: ${matrix.connections.length} connections written to ${output.file}`);
        }
        return EXIT.clean;
    },
});
