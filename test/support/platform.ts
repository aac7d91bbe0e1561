import type { Config } from "../../components/areas";
import { Images } from "../../components/images";
import { Platform } from "../../components/platform/platform";
import type { PlatformSettings } from "../../components/platform/settings";
import type { Deployed } from "./deploy";
import { deploy } from "./deploy";

/** The platform of a stack's settings, alone. */
export async function deployPlatform(config: Config & { readonly platform: PlatformSettings }): Promise<Deployed> {
    const { images, platform } = config;
    const { namespace } = platform;
    const args = { ...config, images: new Images(images), image: "x0tta6bl4", namespace, tenants: [platform] } as const;
    return deploy(() => new Platform("platform", args));
}
