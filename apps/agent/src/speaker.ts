/** How lines of trouble begin, as Freezer's do. */
export const SPEAKER = 'Critical Error';
