namespace ManagedTransformer.Gpu.Tests;

/// <summary>A cp.async on its way.</summary>
/// <param name="Target">Address in shared memory.</param>
/// <param name="Bytes">Written there.</param>
/// <param name="Source">Address of the data.</param>
/// <param name="Count">Bytes taken from there; the others become zero.</param>
internal readonly record struct PtxCopy(ulong Target, int Bytes, ulong Source, int Count);
