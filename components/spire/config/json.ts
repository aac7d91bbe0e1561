import { isObj } from "../../../policies/kubernetes/kube";

/** What SPIRE's configuration files are made of. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A plugin under its type: an array of one-key objects, because an empty array is refused and two plugins need two elements. */
export type Plugins<Data> = readonly { readonly [name: string]: { readonly plugin_data: Data } }[];

/**
 * A plugin with its data. Every object among the data's values is put into an array of one: SPIRE reads JSON by the
 * rules of HCL 1, where a map with a second object in it is taken for a second declaration of the plugin
 * (`plugin "NodeAttestor"/"k8s_psat" declared more than once`).
 */
export function plugin<const Name extends string, Data extends object>(
    name: Name,
    data: Data,
): { readonly [K in Name]: { readonly plugin_data: WrappedObjects<Data> } } {
    const wrapped = Object.fromEntries(
        Object.entries(data)
            .filter(([, value]) => value !== undefined)
            .map(([key, value]: [string, unknown]) => [key, isObj(value) ? [value] : value]),
    );
    return { [name]: { plugin_data: wrapped } } as { [K in Name]: { plugin_data: WrappedObjects<Data> } };
}

/** `Data` with each object among its values in an array of one. */
export type WrappedObjects<Data> = {
    readonly [K in keyof Data]: Data[K] extends readonly unknown[] | string | number | boolean | undefined
        ? Data[K]
        : readonly [Data[K]];
};

/** The text of a configuration file. Members that are undefined are left out. */
export function render(config: object): string {
    return `${JSON.stringify(config, undefined, 2)}\n`;
}
