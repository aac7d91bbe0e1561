import * as pulumi from "@pulumi/pulumi";

import type { Schema } from "../policies/engine/schema";
import { refuse } from "./refuse";

/**
 * What a component was given, read and completed with its defaults. What only its caller can know stays as it is.
 *
 * @throws pulumi.ResourceError with every fault, before the component has made anything
 */
export function completed<T, I>(component: pulumi.Resource, name: string, schema: Schema<T, I>, given: NoInfer<I>): T {
    const faults: string[] = [];
    const read = schema.read(given, "args", faults);
    refuse(component, name, faults);
    return read;
}

/**
 * The same of settings that no component was given.
 *
 * @param path where they stand
 * @throws pulumi.RunError with every fault
 */
export function settled<T, I>(schema: Schema<T, I>, given: NoInfer<I>, path: string): T {
    const faults: string[] = [];
    const read = schema.read(given, path, faults);
    if (faults.length > 0) {
        throw new pulumi.RunError(faults.join("\n"));
    }
    return read;
}
