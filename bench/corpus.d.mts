/** The folder of one package of the corpus, the first of that name, fetched where the cache does not hold it. */
export function packageFolder(name: string): string;
