/** Prints a text. A reader that is gone (`| head`) is no failure; anything else is told in one line and ends with 1. Imports nothing. */
export function printText(text: string): void {
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') return;
    process.exitCode = 1;
    process.stderr.write(`Critical Error: standard output: ${error.message}\n`);
  });
  process.stdout.write(text);
}
