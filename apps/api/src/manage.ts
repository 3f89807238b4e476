declare const FREEZER_API_VERSION: string;

process.stdout.write(`${FREEZER_API_VERSION}\n`);
