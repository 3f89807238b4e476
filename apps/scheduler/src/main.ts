declare const FREEZER_SCHEDULER_VERSION: string;

process.stdout.write(`${FREEZER_SCHEDULER_VERSION}\n`);
