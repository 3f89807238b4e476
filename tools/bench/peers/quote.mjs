/** Words as bash reads them back. */
export const quote = (...words) => words.map((word) => `'${String(word).replaceAll("'", "'\\''")}'`).join(' ');
