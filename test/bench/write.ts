export async function benchWrites() { return "" }
