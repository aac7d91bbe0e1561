import { Stack } from "../../policies/kubernetes/stack";
import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { NETWORK_FORMATS } from "../network/draw";
import { connectivity } from "../network/matrix";
import { runStack } from "../preview/stacks";

/** Shows who may talk to whom on which port, from all NetworkPolicies of a stack. */
export const command = defineCommand({
    stacks: "one",
    options: {},
    formats: NETWORK_FORMATS,
    notes: [
        "A connection is listed where both ends allow it. What only one end allows is listed apart: it does not work. Names in",
        "brackets are labels of pods that others run; addresses stand for what is outside the pod network.",
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
