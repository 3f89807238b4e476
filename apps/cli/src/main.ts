declare const FREEZER_CLI_VERSION: string;

process.stdout.write(`${FREEZER_CLI_VERSION}\n`);
