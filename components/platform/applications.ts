import type { Read } from "../../policies/engine/schema";
import type { ApplicationImage, Image, ImageName } from "../images";
import { repeatedCallers } from "../mesh/mesh";
import type { meshSettings } from "../mesh/settings";
import type { Tenant } from "../network/standard";
import type { ShieldSettings } from "../shield/settings";
import type { ApplicationsSettings, PlatformSettings } from "./settings";

/** The settings that name applications. */
export interface ApplicationsConfig {
    readonly applications: ApplicationsSettings;
    readonly mesh: Read<typeof meshSettings>;
    readonly platform: PlatformSettings | undefined;
    readonly shield: ShieldSettings | undefined;
}

/** An application of a stack, in whichever settings it stands: the platform is the one that has whole areas to itself. */
export interface ApplicationOf {
    /** Pulumi name of its component. */
    readonly component: string;
    /** Where its own settings, those of its way in and those of its mesh stand, below the project's prefix. */
    readonly at: Readonly<Record<"own" | "shield" | "mesh", string>>;
    readonly image: ImageName;
    readonly settings: PlatformSettings;
    readonly shield: ShieldSettings | undefined;
    readonly mesh: Read<typeof meshSettings>;
}

/** Where the settings of the platform stand. */
export const PLATFORM_AT = { own: "platform", shield: "shield", mesh: "mesh" } as const;

/**
 * The platform as one of the applications; none where the stack has none. Its way in and its mesh are areas of their own, and
 * are read where they are asked for: what is wrong with one of them hides nothing of the others.
 */
export function platformOf(config: Omit<ApplicationsConfig, "applications">): readonly ApplicationOf[] {
    const { platform } = config;
    return platform === undefined
        ? []
        : [
              {
                  component: "platform",
                  at: PLATFORM_AT,
                  image: "x0tta6bl4",
                  settings: platform,
                  get shield() {
                      return config.shield;
                  },
                  get mesh() {
                      return config.mesh;
                  },
              },
          ];
}

/** Those that stand in a list of their own. */
export function listedOf({ applications }: Pick<ApplicationsConfig, "applications">): readonly ApplicationOf[] {
    return Object.entries(applications).map(([name, { shield, mesh, ...settings }]) => {
        const own = imageOf(name);
        return {
            component: `application-${name}`,
            at: { own, shield: `${own}.shield`, mesh: `${own}.mesh` },
            image: own,
            settings,
            shield,
            mesh,
        };
    });
}

/** Every application of a stack, the platform first. */
export function applicationsOf(config: ApplicationsConfig): readonly ApplicationOf[] {
    return [...platformOf(config), ...listedOf(config)];
}

/** What the applications of a stack know of each other: the program opens both ends of what one of them calls of another. */
export function tenantsOf(config: ApplicationsConfig): readonly Tenant[] {
    return applicationsOf(config).map(({ settings: { namespace, app } }) => ({ namespace, app }));
}

/** A setting as it stands below the key of its area. */
export function below(at: string, setting: string): string {
    return `${at}.${setting}`.replace(/^[^.]*\./, "");
}

function imageOf(name: string): ApplicationImage {
    return `applications.${name}`;
}

/** The images of the applications in the list, by the names that they are known by. */
export function ownImages({
    applications,
}: Pick<ApplicationsConfig, "applications">): Readonly<Record<ApplicationImage, Image>> {
    return Object.fromEntries(
        Object.entries(applications).map(([name, { image }]) => {
            const { digest, ...tagged } = image;
            return [imageOf(name), { ...tagged, ...(digest !== undefined && { digest }) }];
        }),
    );
}

/** What is wrong with the applications beside each other, whose settings stand below `project`; one line each. */
export function besideFaults(config: ApplicationsConfig, project: string): readonly string[] {
    const all = applicationsOf(config).map((one) => ({ one, own: `${project}:${one.at.own}` }));
    const named = Map.groupBy(all, ({ one }) => one.settings.app);
    return [
        // Alerts and dashboards tell applications apart by the name of their job.
        ...[...named].flatMap(([app, [first, ...others]]) =>
            others.map(
                ({ own }) =>
                    `${own}.app is "${app}", as is ${first?.own ?? ""}.app; alerts tell applications apart by it`,
            ),
        ),
        ...repeatedCallers(
            all.map(({ one: { mesh, at, settings } }) => ({ mesh, path: `${project}:${at.mesh}`, settings })),
        ),
    ];
}
